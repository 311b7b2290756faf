#!/bin/sh
# Builds both targets in both modes: scripts that say their version.
set -eu
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
for target in linux-x64 darwin-arm64; do
    for mode in release debug; do
        mkdir -p "dist/$target/$mode"
        printf '#!/bin/sh\n# %s, %s\necho tool %s\n' "$target" "$mode" "$version" > "dist/$target/$mode/tool"
        chmod 755 "dist/$target/$mode/tool"
    done
done
