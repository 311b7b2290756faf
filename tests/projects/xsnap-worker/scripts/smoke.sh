#!/bin/sh
# Says the version of an xsnap-worker: smoke.sh BINARY
#
# A hosted runner runs its own platform's binaries. Elsewhere an emulator does, where there is one; and of
# a binary that nothing here can run, that it is of its platform.
set -eu

magic=$(od -An -N4 -tx1 "$1" | tr -d ' \n')
case ${LOCKSTEP_TARGET:?}/$(uname -s)-$(uname -m) in
    darwin-*/Darwin-* | linux-x64/Linux-x86_64 | linux-arm64/Linux-aarch64) exec "$1" -v ;;
    linux-arm64/*)
        [ "$magic" = 7f454c46 ]
        if command -v qemu-aarch64 > /dev/null; then
            exec qemu-aarch64 -L /usr/aarch64-linux-gnu "$1" -v
        fi
        echo "not run: no emulator"
        ;;
    darwin-*)
        [ "$magic" = cffaedfe ]
        echo "not run: a Mach-O file"
        ;;
    *) exit 1 ;;
esac
