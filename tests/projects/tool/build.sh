#!/bin/sh
# Builds both targets in both modes: scripts that say their version.
set -eu
for target in linux-x64 darwin-arm64; do
    for mode in release debug; do
        mkdir -p "dist/$target/$mode"
        printf '#!/bin/sh\n# %s, %s\necho tool 1.2.3\n' "$target" "$mode" > "dist/$target/$mode/tool"
        chmod 755 "dist/$target/$mode/tool"
    done
done
