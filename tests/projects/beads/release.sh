#!/bin/sh
# Does on one machine what release.yml does on many.
set -eu
rm -rf lockstep dist
commit=$(git rev-parse HEAD)
for LOCKSTEP_TARGET in linux-x64 darwin-arm64; do
    export LOCKSTEP_TARGET
    ./build.sh
    python3 wheel.py
    pack-artifacts --target "$LOCKSTEP_TARGET" --version 1.2.3
    hash-artifacts --target "$LOCKSTEP_TARGET" --version 1.2.3 --commit "$commit"
    mkdir -p lockstep/targets
    mv lockstep/out "lockstep/targets/target-$LOCKSTEP_TARGET"
done
pack-artifacts --version 1.2.3
hash-artifacts --merge --version 1.2.3 --commit "$commit"
hash-artifacts --sums --version 1.2.3
