#!/bin/sh
# Builds xsnap-worker in both modes: build-target.sh TARGET SOURCES
set -eu

target=$1
sources=$PWD/$2
here=$(dirname "$0")

case $target in
    linux-x64) machine=x86_64-linux-gnu.${LOCKSTEP_GLIBC:?} ;;
    linux-arm64) machine=aarch64-linux-gnu.${LOCKSTEP_GLIBC:?} ;;
    darwin-x64) machine=x86_64-macos ;;
    darwin-arm64) machine=aarch64-macos ;;
    *) echo "no such target: $target" >&2; exit 1 ;;
esac

for mode in release debug; do
    out=$PWD/dist/$target/$mode
    mkdir -p "$out"
    case $target in
        linux-*)
            # A checkout's files are as new as the checkout; objects that were built before are newer than
            # the sources that they were built from.
            find "$sources" -type f -exec touch -d '2020-01-01' {} +
            make --silent --jobs 2 --directory "$sources/xsnap-native/xsnap/makefiles/lin" \
                --file xsnap-worker.mk GOAL="$mode" \
                MODDABLE="$sources/moddable" MODDABLE_VERSION=4.9.5 XSNAP_VERSION=0.15.0 \
                BUILD_DIR="${XSNAP_OBJECTS:-$PWD/build}/$target" \
                CC="python-zig cc -target $machine -Wno-everything"
            cp "${XSNAP_OBJECTS:-$PWD/build}/$target/bin/lin/$mode/xsnap-worker" "$out"
            ;;
        *)
            python-zig cc -target "$machine" -o "$out/xsnap-worker" "$here/worker.c"
            ;;
    esac
    chmod 755 "$out/xsnap-worker"
done
