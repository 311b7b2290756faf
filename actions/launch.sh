#!/bin/sh
# Runs one of Lockstep's programs on a runner: the file of this machine's platform that `programs.list` beside this has, which is downloaded
# where it is not there yet, and nothing else.
#
#   launch.sh FILE [ARGUMENT...]
#
# LOCKSTEP_PROGRAMS     a folder of programs, which are run as they are: nothing is downloaded, and no digest compared
# LOCKSTEP_ATTESTATION  `true`: what is downloaded is proved by its attestation besides, with `gh`
#
# An earlier step of the job can do what it likes with PATH, or with how programs are loaded; then it needs nothing of this.
set -eu
# bash takes functions from the environment also as `sh`: what an earlier step left there must not stand in for what this calls.
unset -f cat cd chmod command curl cygpath env gh grep head mkdir mktemp mv openssl printf read rm sed sha256sum shasum sleep tar test timeout tr true uname wget wc [ || :
# What tar, gzip and wget would do besides.
unset IFS TAR_OPTIONS GZIP WGETRC SYSTEM_WGETRC || :

file=$1
shift
here=${0%/*}
# On Windows this is called by a path of Windows.
case $here in "$0") here=. ;; esac

# Says why nothing is run, and what to do, as an annotation of the job.
fail() {
    printf '::error title=Lockstep::%s\n' "$(printf '%s' "$1" | tr '\r\n' '  ' | sed 's/%/%25/g')"
    exit 2
}

# Runs it without what another shell would start with. `env` takes a path with `=` for a variable, so a shell calls it.
run() {
    functions=$(env | sed -n -e 's/^\(BASH_FUNC_[^=[:space:]]*\)=.*/-u \1/p' -e 's/^\(__BASH_FUNC<[^=[:space:]]*\)=.*/-u \1/p')
    set -f
    # shellcheck disable=SC2016,SC2086 # that shell's own; names without blanks
    exec env -u ENV -u BASH_ENV -u SHELLOPTS -u BASHOPTS $functions sh -c 'exec "$0" "$@"' "$@"
}

case ${LOCKSTEP_ATTESTATION:-false} in
    true | false) ;;
    *) fail "prove-program is neither true nor false." ;;
esac

if [ -n "${LOCKSTEP_PROGRAMS:-}" ]; then
    [ "${LOCKSTEP_ATTESTATION:-}" != true ] ||
        fail "prove-program is true, and LOCKSTEP_PROGRAMS names a folder of programs, which nothing proves. Unset one of them."
    for program in "$LOCKSTEP_PROGRAMS/$file" "$LOCKSTEP_PROGRAMS/$file.exe"; do
        if [ -f "$program" ] && [ -x "$program" ]; then run "$program" "$@"; fi
    done
    fail "$file is not in $LOCKSTEP_PROGRAMS, which LOCKSTEP_PROGRAMS names. Put it there, or unset the variable to use the released one."
fi

# The platform of this machine. On Linux the program is static, so the C library of a container does not matter.
machine=$(uname -sm)
exe=
case $machine in
    Linux\ x86_64 | Linux\ amd64) platform=x86_64-unknown-linux-musl ;;
    Linux\ aarch64 | Linux\ arm64) platform=aarch64-unknown-linux-musl ;;
    Darwin\ x86_64) platform=x86_64-apple-darwin ;;
    Darwin\ arm64) platform=aarch64-apple-darwin ;;
    # Windows on Arm runs it too.
    MINGW*\ x86_64 | MSYS*\ x86_64 | CYGWIN*\ x86_64 | MINGW*\ aarch64 | MSYS*\ aarch64 | CYGWIN*\ aarch64) platform=x86_64-pc-windows-msvc exe=.exe ;;
    *) fail "Lockstep has no programs for this machine, $machine. Build them from source and name their folder in LOCKSTEP_PROGRAMS." ;;
esac

# The one line of the list that is about this file on this platform. Whatever else stands in the list, nothing of it is run.
list=$here/programs.list
[ -f "$list" ] || fail "$list is not there: use the action at a commit of a release, with its whole repository."
repository='' tag='' asset='' size='' digest='' content=''
# git checks text out with another line end on Windows where nothing says otherwise.
return=$(printf '\r')
while read -r first second third fourth fifth sixth rest || [ -n "$first" ]; do
    case $first in '' | '#'* | "$return") continue ;; esac
    third=${third%"$return"} sixth=${sixth%"$return"}
    if [ "$first" = release ] && [ -z "$tag" ] && [ -n "$third" ] && [ -z "$fourth" ]; then
        repository=$second tag=$third
        continue
    fi
    case $first$second$third in *[!A-Za-z0-9._+-]*) wrong=yes ;; *) wrong= ;; esac
    case $fourth in '' | *[!0-9]*) wrong=yes ;; esac
    case $fifth$sixth in *[!0-9a-f]*) wrong=yes ;; esac
    if [ -n "$wrong$rest" ] || [ -z "$tag" ] || [ ${#fifth} != 64 ] || [ ${#sixth} != 64 ]; then
        fail "$list has a line that is not one of it: \`$first $second\`. Use the action at a commit of a release, unchanged."
    fi
    if [ "$first $second" = "$platform $file" ]; then
        [ -z "$asset" ] || fail "$list has two lines for $file on $platform. Use the action at a commit of a release, unchanged."
        asset=$third size=$fourth digest=$fifth content=$sixth
    fi
done <"$list"
if [ -z "$asset" ]; then
    fail "no released $file for $platform is in $list. Use the action at a commit of a release, or build it and name its folder in LOCKSTEP_PROGRAMS."
fi

# The SHA-256 of standard input, by what this machine has for it.
if command -v sha256sum >/dev/null 2>&1; then
    hasher=sha256sum
elif command -v shasum >/dev/null 2>&1; then
    hasher='shasum -a 256'
elif command -v openssl >/dev/null 2>&1; then
    hasher='openssl dgst -sha256 -r'
else
    fail "no sha256sum, shasum or openssl is here to compare digests with. Install one of them."
fi
sha256() {
    # shellcheck disable=SC2086 # a program with its options
    hashed=$($hasher)
    printf '%s\n' "${hashed%% *}"
}

# One of this machine's folders, which other jobs on it share, is written to by whoever comes first. What an earlier job left there is compared
# before each run; one that runs at the same time as the same user needs no such way.
folder=
# That it was proved holds for this job alone: the folder that the others share is anybody's.
attested=${RUNNER_TEMP:+$RUNNER_TEMP/lockstep-$digest.attested}
for base in "${RUNNER_TOOL_CACHE:-}" "${RUNNER_TEMP:-}" "${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}"; do
    [ -n "$base" ] || continue
    # A path of Windows would be a name of a machine to tar.
    if [ -n "$exe" ] && command -v cygpath >/dev/null 2>&1; then base=$(cygpath -u "$base"); fi
    folder=$base/lockstep/$content
    program=$folder/$file$exe
    if [ -f "$program" ] && [ ! -L "$program" ] && [ "$(sha256 <"$program")" = "$content" ] &&
        { [ "${LOCKSTEP_ATTESTATION:-}" != true ] || [ -f "$attested" ]; }; then
        run "$program" "$@"
    fi
    if mkdir -p "$folder" 2>/dev/null && work=$(mktemp -d "$folder/.new.XXXXXX" 2>/dev/null); then break; fi
    folder=
done
[ -n "$folder" ] || fail "there is no folder to keep $file in: RUNNER_TOOL_CACHE, RUNNER_TEMP and HOME cannot be written to."
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Downloads from an address: no more than the list says that there is.
download() {
    rm -f "$work/asset" "$work/said" "$work/failed"
    if command -v curl >/dev/null 2>&1; then
            # No configuration of the user's, and no way from https to anything else.
        { curl --disable --silent --show-error --fail --location --proto "$schemes" --proto-redir "$schemes" --connect-timeout 20 --max-time 600 \
            "$1" 2>"$work/said" || : >"$work/failed"; } | head -c $((size + 1)) >"$work/asset"
    elif command -v wget >/dev/null 2>&1; then
        # The limit is not wget's own: that of Debian's busybox crashes.
        limit=
        if command -v timeout >/dev/null 2>&1; then limit='timeout 600'; fi
        # shellcheck disable=SC2086 # a program with its option, or nothing
        { $limit wget -q -O - "$1" 2>"$work/said" || : >"$work/failed"; } | head -c $((size + 1)) >"$work/asset"
    else
        fail "no curl or wget is here to download $1 with. Install one, or name a folder of programs in LOCKSTEP_PROGRAMS."
    fi
    found=$(($(wc -c <"$work/asset")))
    why=
    if [ "$found" -gt "$size" ]; then
        why="it has more than the $size bytes that the list says"
    elif [ -f "$work/failed" ]; then
        why=$(sed -n '1p' "$work/said")
        [ -n "$why" ] || why="the server does not give it"
    elif [ "$found" -lt "$size" ]; then
        why="it ends after $found of $size bytes"
    fi
    [ -z "$why" ]
}

# On an enterprise server the action may be of the server itself, or of github.com.
server=${GITHUB_SERVER_URL:-https://github.com}
places=$server
case $server in
    https://github.com) schemes='=https' ;;
    https://*) schemes='=https' places="$server https://github.com" ;;
    http://127.0.0.1:* | http://localhost:*) schemes='=http,https' ;;
    *) fail "GITHUB_SERVER_URL is $server, and nothing is downloaded without https. Name a folder of programs in LOCKSTEP_PROGRAMS." ;;
esac
got=
for attempt in 1 2 3; do
    for place in $places; do
        address=$place/$repository/releases/download/$tag/$asset
        if download "$address"; then got=yes && break 2; fi
    done
    [ "$attempt" = 3 ] || sleep "$attempt"
done
if [ -z "$got" ]; then
    fail "$address cannot be downloaded: $why. Run the job again, or name a folder of programs in LOCKSTEP_PROGRAMS."
fi
found=$(sha256 <"$work/asset")
if [ "$found" != "$digest" ]; then
    fail "$address has the SHA-256 $found, and the list says $digest: nothing of it is run. Somebody changed it on the way, or the list."
fi
if [ "${LOCKSTEP_ATTESTATION:-}" = true ]; then
    command -v gh >/dev/null 2>&1 || fail "prove-program is true, and no gh is here. Install it, or take prove-program out."
    gh attestation verify "$work/asset" --repo "$repository" --signer-workflow "$repository/.github/workflows/release.yml" \
        --source-ref "refs/tags/$tag" --deny-self-hosted-runners >"$work/said" 2>&1 ||
        fail "$address has no attestation of $repository: $(sed -n '$p' "$work/said"). \`gh\` asks GitHub for it, and needs GH_TOKEN."
fi
(cd "$work" && tar -xzf asset "$file$exe") || fail "$address cannot be unpacked here. Install tar and gzip."
found=$(sha256 <"$work/$file$exe")
if [ "$found" != "$content" ]; then
    fail "$file of $address has the SHA-256 $found, and the list says $content: it is not run."
fi
chmod 755 "$work/$file$exe"
# Of two jobs that come here at once, each puts the same file there, whole. On Windows one that runs cannot be replaced, and need not be.
[ ! -d "$program" ] || rm -rf "$program"
mv -f "$work/$file$exe" "$program" 2>/dev/null || :
[ "$(sha256 <"$program")" = "$content" ] || fail "$program cannot be put in its place."
if [ "${LOCKSTEP_ATTESTATION:-}" = true ] && [ -n "$attested" ]; then : >"$attested"; fi
rm -rf "$work"
trap - EXIT
run "$program" "$@"
