#!/bin/sh
# Downloads as the real action does: one by its name into the folder itself, which must exist; or each
# that matches a pattern into a folder of its own. There may be none; one alone gets no folder of its own.
set -eu

fail() {
    echo "::error::$1"
    exit 1
}

if [ -n "$OTHER_RUN" ]; then
    [ -n "$TOKEN" ] || fail "Input required and not supplied: github-token"
    STAND_IN_ARTIFACTS=$STAND_IN_RUNS/$OTHER_RUN
fi
mkdir -p "$WHERE"
if [ -n "$NAME" ]; then
    [ -d "$STAND_IN_ARTIFACTS/$NAME" ] ||
        fail "Unable to download artifact(s): Artifact not found for name: $NAME"
    cp -R "$STAND_IN_ARTIFACTS/$NAME/." "$WHERE"
    exit 0
fi
# The pattern is a pattern.
# shellcheck disable=SC2086
set -- "$STAND_IN_ARTIFACTS"/${PATTERN:-*}
for artifact in "$@"; do
    [ -d "$artifact" ] || continue
    name=${artifact##*/}
    if [ "$MERGE" = true ] || [ $# = 1 ]; then to=$WHERE; else to=$WHERE/$name; fi
    mkdir -p "$to"
    cp -R "$artifact/." "$to"
    echo "$name"
done
