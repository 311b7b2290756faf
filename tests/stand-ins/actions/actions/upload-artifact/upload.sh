#!/bin/sh
# Uploads a folder as strictly as the real action: no hidden files, no modes, no empty folders, no name
# that some file system refuses, and no name twice unless `overwrite` says so. A list of paths or a
# pattern is not known here.
set -eu

fail() {
    echo "::error::$1"
    exit 1
}

newline='
'
case $NAME in
    '' | *[\":\<\>\|\*\?\\/]* | *"$newline"*) fail "The artifact name is not valid: $NAME" ;;
esac
case $WHERE in
    *[*?[]* | *"$newline"* | !*) fail "the stand-in uploads one folder, not $WHERE" ;;
esac
staged=$STAND_IN_ARTIFACTS/.$NAME.$$
mkdir -p "$staged"
if [ -d "$WHERE" ]; then
    (cd "$WHERE" && find . -mindepth 1 -name '.*' -prune -o \( -type f -o -type l \) -print) |
        while IFS= read -r file; do
            case $file in
                *[\":\<\>\|\*\?]*) fail "The path for one of the files in artifact is not valid: $file" ;;
            esac
            mkdir -p "$staged/$(dirname "$file")"
            cat "$WHERE/$file" > "$staged/$file"
            chmod 644 "$staged/$file"
        done || { rm -r "$staged"; exit 1; }
fi
if [ -z "$(ls -A "$staged")" ]; then
    rmdir "$staged"
    message="No files were found with the provided path: $WHERE. No artifacts will be uploaded."
    case $IF_NONE in
        error) fail "$message" ;;
        warn) echo "::warning::$message"; exit 0 ;;
        ignore) echo "$message"; exit 0 ;;
        *) fail "if-no-files-found is warn, error or ignore, not $IF_NONE" ;;
    esac
fi
if [ -e "$STAND_IN_ARTIFACTS/$NAME" ]; then
    [ "$OVERWRITE" = true ] ||
        fail "Failed to CreateArtifact: (409) Conflict: an artifact with this name already exists: $NAME"
    rm -r "$STAND_IN_ARTIFACTS/${NAME:?}"
fi
mv "$staged" "$STAND_IN_ARTIFACTS/$NAME"
(cd "$STAND_IN_ARTIFACTS/$NAME" && find . -type f | sort)
