#!/bin/sh
# Builds a target: a script that says its version.
set -eu
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
mkdir -p "dist/$LOCKSTEP_TARGET"
printf '#!/bin/sh\n# %s\necho beads %s\n' "$LOCKSTEP_TARGET" "$version" > "dist/$LOCKSTEP_TARGET/beads"
chmod 755 "dist/$LOCKSTEP_TARGET/beads"
