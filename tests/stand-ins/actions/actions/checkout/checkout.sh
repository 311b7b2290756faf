#!/bin/sh
# Checks a ref out, detached, as the real action does: without a ref, the run's own commit of its own
# repository, and another repository's default branch.
set -eu

case $WHERE in
    /* | *..*) echo "::error::path must lie below the workspace"; exit 1 ;;
esac
if [ -z "$REF" ]; then
    if [ "$REPOSITORY" = "$RUN_REPOSITORY" ]; then REF=$RUN_SHA; else REF=HEAD; fi
fi
folder=$GITHUB_WORKSPACE/$WHERE
address=$GITHUB_SERVER_URL/$REPOSITORY
mkdir -p "$folder"
cd "$folder"
if [ -d .git ] && [ "$(git config remote.origin.url)" = "$address" ]; then
    if [ "$CLEAN" = true ]; then
        git clean --quiet -ffdx
        git reset --quiet --hard
    fi
else
    # What is no checkout of this repository is removed.
    find . -mindepth 1 -delete
    git init --quiet
    git remote add origin "$address"
fi
git fetch --quiet --no-tags --depth="$DEPTH" origin "$REF"
git checkout --quiet --detach FETCH_HEAD
if [ "$SUBMODULES" != false ]; then git submodule --quiet update --init; fi
git log -1 --format='%H %s'
