#!/bin/bash
# What bash (and zsh, where it is) offers: commands, options, names that the store has, files.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
succeeds "$fetch" busybox
succeeds "$fetch" tag busybox localhost:5000/x:1
touch archive.tar
PATH=$LOCKSTEP_BUILD:$PATH
# shellcheck source=/dev/null
. <(rootfs-fetch completion bash)

# offers LINE WORD…: just these, in any order.
offers() {
  local line=$1
  shift
  # shellcheck disable=SC2034  # the function reads them
  COMP_LINE=$line COMP_POINT=${#line} COMP_WORDBREAKS=$' \t\n:='
  COMPREPLY=()
  _rootfs_fetch
  [[ $(printf '%s\n' "${COMPREPLY[@]}" | sort | xargs) == "$(printf '%s\n' "$@" | sort | xargs)" ]] ||
    fail "\"$line\" offers: ${COMPREPLY[*]}"
}
offers "rootfs-fetch pru" prune
offers "rootfs-fetch --store $LOCKSTEP_STORE insp" inspect
offers "rootfs-fetch rm " busybox localhost:5000/x:1
offers "rootfs-fetch rm busybox l" localhost:5000/x:1
offers "rootfs-fetch rm localhost:" 5000/x:1  # what is before the colon bash has already
offers "rootfs-fetch rm -q b" busybox
offers "rootfs-fetch --store $temporary/none rm "
offers "rootfs-fetch inspect --form" --format
offers "rootfs-fetch inspect --format " table json
offers "rootfs-fetch load -i a" archive.tar
offers "rootfs-fetch export busybox a" archive.tar
offers "rootfs-fetch list "
offers "rootfs-fetch no-such-command "
offers "rootfs-fetch pull "  # what a registry has nobody knows here
[[ $(rootfs-fetch completion words -- "" | xargs) == *"pull "*" verify "* ]] || fail "no commands are offered"
refuses 'expected bash or zsh, got "fish"' rootfs-fetch completion fish
bash -n <(rootfs-fetch completion bash) || fail "bash can't read it"
if command -v zsh > /dev/null; then zsh -n <(rootfs-fetch completion zsh) || fail "zsh can't read it"; fi
finish
