#!/bin/sh
# Runs one of Lockstep's programs, with the inputs of its action in the environment.
#
# LOCKSTEP_PROGRAMS names a folder of locally built programs. Without it there is nothing to run:
# this version of Lockstep has no released programs yet, and the launcher fails closed.
set -eu

program=$1
shift

fail() {
    printf '::error title=Lockstep::%s\n' "$1"
    exit 2
}

if [ -z "${LOCKSTEP_PROGRAMS:-}" ]; then
    fail "no released $program is known for this runner; build Lockstep and set LOCKSTEP_PROGRAMS to the folder of its programs"
fi

for file in "$LOCKSTEP_PROGRAMS/$program" "$LOCKSTEP_PROGRAMS/$program.exe"; do
    if [ -x "$file" ] && [ -f "$file" ]; then
        exec "$file" "$@"
    fi
done

fail "$program is not in $LOCKSTEP_PROGRAMS"
