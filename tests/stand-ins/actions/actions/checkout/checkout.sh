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
# What an earlier step left there is removed, and what was made elsewhere in the workspace stays.
if [ "$WHERE" = . ]; then
    find "$GITHUB_WORKSPACE" -mindepth 1 -delete
else
    rm -rf "$folder"
fi
mkdir -p "$folder"
cd "$folder"
git init --quiet
git remote add origin "$GITHUB_SERVER_URL/$REPOSITORY"
git fetch --quiet --no-tags --depth="$DEPTH" origin "$REF"
git checkout --quiet --detach FETCH_HEAD
if [ "$SUBMODULES" != false ]; then git submodule --quiet update --init; fi
git log -1 --format='%H %s'
