#!/bin/sh
# Looks at the subjects as the real action does, and signs nothing: nobody here would know the signature.
set -eu
if [ "${FAILS:-}" = attest ]; then
    echo "::error::Failed to persist attestation: the service is away"
    exit 1
fi

fail() {
    echo "::error::$1"
    exit 1
}

[ -n "$CHECKSUMS" ] || fail "One of subject-path, subject-digest, or subject-checksums must be provided"
# What is no file is the digests themselves.
if [ -f "$CHECKSUMS" ]; then CHECKSUMS=$(cat "$CHECKSUMS"); fi
subjects=$(printf '%s\n' "$CHECKSUMS" | grep -c .) || fail "no subjects"
[ "$subjects" -le 1024 ] || fail "Too many subjects specified ($subjects). The maximum number of subjects is 1024."
printf '%s\n' "$CHECKSUMS" | grep . | grep -nvE '^[0-9a-f]{64} [ *].+$' && fail "not a digest and a name"
echo "$subjects subjects"
