#!/bin/sh
# Builds the sdist.
set -eu

cd python
python -m build --no-isolation --sdist > build.log || { cat build.log; exit 1; }
rm build.log
