#!/bin/sh
# Builds the wheel of one target, with its library and command line in it.
set -eu

native=python/abacus_calc/_native
rm -rf "$native" python/build python/dist
mkdir -p "$native"
cp "dist/${LOCKSTEP_TARGET:?}/bin/"* "dist/$LOCKSTEP_TARGET/lib/"* "$native"
cd python
python -m build --no-isolation --wheel \
    --config-setting=--build-option="--plat-name=${LOCKSTEP_WHEEL:?}" > build.log || { cat build.log; exit 1; }
rm -rf "abacus_calc/_native" build.log
