#!/bin/bash
# Lesson 09's attack: the kernel itself is a door. A program makes a user namespace, in which it has every capability
# again, over code of the kernel's that only root was meant to reach; and it reads the keys of whoever started the
# container, for a session's keyring is in no namespace. Both work from the step before and from no later one.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 09 "new user namespace, caller's keys"
[[ $("$newest" run --help) == *seccomp=FILE* ]] || skip "no step has filters"
command -v call-helper > /dev/null || skip "call-helper is not built"
cp /run/test/bin/call-helper "$rootfs/bin/call"

last_without="" safe=()
for step in "${steps[@]}"; do
  has_rootfs "$step" || continue
  if [[ $("$step" run --help) == *seccomp=FILE* ]]; then safe+=("$step"); else last_without=$step; fi
done
new_user_namespace=0x10000000

# attacks STEP: what both come to.
attacks() {
  try in_step "$1" -- call unshare $new_user_namespace
  unshared=$out
  try call-helper with-secret timeout 30 "$1" run --rootfs "$rootfs" call keys
  keys=$out
}

attacks "$last_without"
[[ $unshared == ok ]] || fail "unshare does not even work from $last_without: $unshared"
[[ $keys == *'the secret'* ]] || call-helper keys > /dev/null || skip "no keyrings here"
[[ $keys == *'the secret'* ]] || fail "the keyring is not even seen from $last_without$(seen)"
tally "$last_without" works

for step in "${safe[@]}"; do
  attacks "$step"
  [[ $unshared == EPERM ]] || fail "$step: unshare(CLONE_NEWUSER): $unshared"
  [[ $keys != *secret* ]] || fail "$step: the caller's key was read$(seen)"
  try in_step "$step" -- call clone $((0x10000000 | 17))
  [[ $out == EPERM ]] || fail "$step: clone(CLONE_NEWUSER): $out"
  try in_step "$step" -- call clone3
  [[ $out == ENOSYS ]] || fail "$step: clone3: $out"
  # The doors can be opened, by name: so this test would have seen it.
  try in_step "$step" --security-opt seccomp=unconfined -- call unshare $new_user_namespace
  [[ $out == ok ]] || fail "$step: unconfined was meant to open it$(seen)"
  try call-helper with-secret timeout 30 "$step" run --rootfs "$rootfs" --security-opt seccomp=unconfined --no-new-keyring call keys
  [[ $out == *'the secret'* ]] || fail "$step: --no-new-keyring was meant to open it$(seen)"
  tally "$step" stopped
done
finish
