#!/bin/sh
# Builds the command line and the libraries of one target: dist/TARGET/{bin,lib}
set -eu

case ${LOCKSTEP_TARGET:?} in
    linux-x64) machine=x86_64-linux-gnu.${LOCKSTEP_GLIBC:?} shared=libabacus.so ;;
    linux-arm64) machine=aarch64-linux-gnu.${LOCKSTEP_GLIBC:?} shared=libabacus.so ;;
    darwin-arm64) machine=aarch64-macos.${LOCKSTEP_MACOS:?} shared=libabacus.dylib ;;
    win32-x64) machine=x86_64-windows-gnu shared=abacus.dll ;;
    *) echo "no such target: $LOCKSTEP_TARGET" >&2; exit 1 ;;
esac
exe=
case $LOCKSTEP_TARGET in win32-*) exe=.exe ;; esac

out=dist/$LOCKSTEP_TARGET
mkdir -p "$out/bin" "$out/lib"
compile() { python-zig cc -target "$machine" -O2 -s -Icore -Inumerals -DABACUS_VERSION="\"${LOCKSTEP_VERSION:?}\"" "$@"; }

compile -o "$out/bin/abacus$exe" core/main.c core/abacus.c
compile -shared -fPIC -o "$out/lib/$shared" core/abacus.c
