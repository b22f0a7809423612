#!/bin/bash
# Each step does as an ordinary user what it does as root, and says how: it borrowed root, or (from lesson 06 on) whom
# the container has as its root.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
as_user "$newest" run --rootfs "$rootfs" true 2> /dev/null  # whatever is made once, such as /etc/hosts
rm -rf "/tmp/lockstep-$uid"
before=$(snapshot "$rootfs" /run/test/work)

# works TEXT STEP WORD…: as the user, exit status 0, TEXT on standard output, one line on standard error.
works() {
  local text=$1
  shift
  try as_user "$@"
  ends_with 0
  prints "$text"
  is_the_one_line "$1" || fail "expected the one line that says how it is done without root$(seen)"
}

for step in "${steps[@]}"; do
  container=("$step" run)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  works "box" "${container[@]}" --hostname box hostname
  works "0" "${container[@]}" id -u
  try as_user "${container[@]}" sh -c 'exit 3'
  ends_with 3
  try as_user "${container[@]}" no-such-program
  ends_with 127
done

for step in "${steps[@]:1}"; do
  container=("$step" run)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  # shellcheck disable=SC2016  # the container's shell expands it
  works "1" "${container[@]}" sh -c 'echo $$'
  try as_user "${container[@]}" --ipc host echo shared
  ends_with 0
  prints "shared"
  if static "$step"; then works "2" "${container[@]}" --init sh -c 'echo $$'; fi
  works "x" "${container[@]}" --detach --id x sleep 1000
  succeeds as_user "$step" list -q
  prints "x"
  try as_user "$step" list
  prints "$uid"  # the owner, by the number that the host knows
  try as_user "$step" exec --cwd / x sh -c 'pwd; exit 4'
  ends_with 4
  prints "/"
  succeeds as_user "$step" ps x
  prints "sleep 1000"
  refuses 1 "is running" as_user "$step" delete x
  try "$step" list -q  # root has a list of its own
  [[ -z $out ]] || fail "root sees the user's containers$(seen)"
  succeeds as_user "$step" kill x KILL
  eventually sh -c "setpriv --reuid learner --regid learner --init-groups $step list | grep -q stopped" ||
    fail "x did not end"
  succeeds as_user "$step" delete x
done
rm -rf "/tmp/lockstep-$uid"
unchanged "$before" "the user's containers" "$rootfs" /run/test/work
finish
