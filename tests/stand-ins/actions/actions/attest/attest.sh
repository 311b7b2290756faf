#!/bin/sh
# Looks at the subjects as the real action does, and signs nothing: nobody here would know the signature.
set -eu

fail() {
    echo "::error::$1"
    exit 1
}

[ -f "$CHECKSUMS" ] || fail "subject checksums file not found: $CHECKSUMS"
subjects=$(grep -c . "$CHECKSUMS") || fail "no subjects in $CHECKSUMS"
[ "$subjects" -le 1024 ] || fail "Too many subjects specified ($subjects). The maximum number of subjects is 1024."
grep -nvE '^[0-9a-f]{64} [ *].+$' "$CHECKSUMS" && fail "not a digest and a name"
echo "$subjects subjects"
