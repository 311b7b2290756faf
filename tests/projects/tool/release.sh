#!/bin/sh
# Does on one machine what release.yml does on many.
set -eu
rm -rf lockstep
commit=$(git rev-parse HEAD)
for target in linux-x64 darwin-arm64; do
    pack-artifacts --target "$target" --version 1.2.3
    hash-artifacts --target "$target" --version 1.2.3 --commit "$commit"
    mkdir -p lockstep/targets
    mv lockstep/out "lockstep/targets/target-$target"
done
pack-artifacts --version 1.2.3
hash-artifacts --merge --version 1.2.3 --commit "$commit"
pack-artifacts --with-manifest --version 1.2.3
hash-artifacts --sums --version 1.2.3
