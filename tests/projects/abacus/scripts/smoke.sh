#!/bin/sh
# Runs an abacus: smoke.sh BINARY (without .exe)
#
# A hosted runner runs its own platform's binaries. Elsewhere an emulator does, where there is one; of a
# binary that nothing here can run, that it is of its platform and of this version.
set -eu

case ${LOCKSTEP_TARGET:?} in win32-*) set -- "$1.exe" ;; esac

run() {
    "$@" --version
    [ "$("$@" add 2 40)" = 42 ]
}

# Not run: its first bytes and its version are looked at.
look() {
    [ "$(od -An -N"$2" -tx1 "$1" | tr -d ' \n')" = "$3" ]
    grep -qF "${LOCKSTEP_VERSION:?}" "$1"
    echo "not run here, of its platform and of $LOCKSTEP_VERSION"
}

case $LOCKSTEP_TARGET/$(uname -s)-$(uname -m) in
    linux-x64/Linux-x86_64 | linux-arm64/Linux-aarch64 | darwin-arm64/Darwin-arm64 | win32-x64/MINGW*) run "$1" ;;
    linux-arm64/*)
        if command -v qemu-aarch64 > /dev/null; then
            run qemu-aarch64 -L /usr/aarch64-linux-gnu "$1"
        else
            look "$1" 4 7f454c46
        fi
        ;;
    darwin-*) look "$1" 4 cffaedfe ;;
    win32-*) look "$1" 2 4d5a ;;
    *) exit 1 ;;
esac
