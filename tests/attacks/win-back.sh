#!/bin/bash
# Lesson 08's attack: root in the container undoes what the lessons before have done for its sake. It takes the mask off
# /proc/keys again, and makes a volume writable that it was given read-only. Both work from the step before and from no
# later one.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 08 "undo masks and read-only"
has_powers() { [[ $("$1" run --help) != *--cap-drop* ]]; }
has_powers "$newest" && skip "no step leaves powers out"
last_with="" safe=()
for step in "${steps[@]}"; do
  has_users "$step" || continue
  if has_powers "$step"; then last_with=$step; else safe+=("$step"); fi
done

shared=/run/test/host/shared
x=win-back-$RANDOM
mkdir -p $shared
chmod 777 $shared
unmask='umount /proc/keys && head -c 1 /proc/keys | wc -c'
rewrite='mount -o remount,rw,bind /mnt && echo changed > /mnt/file'
reset() { echo original > $shared/file; chmod 666 $shared/file; }
[[ -r /proc/keys ]] || skip "this kernel has no /proc/keys"

# With the host's users: in a namespace of its own the kernel itself protects what comes from outside of it.
reset
succeeds in_step "$last_with" --userns=host -- sh -c "$unmask"
[[ $out == 1 ]] || fail "the attack on the mask does not even work from $last_with$(seen)"
succeeds in_step "$last_with" --userns=host --volume $shared:/mnt:ro -- sh -c "$rewrite"
[[ $(< $shared/file) == changed ]] || fail "the attack on the volume does not even work from $last_with$(seen)"
tally "$last_with" works

for step in "${safe[@]}"; do
  for users in private host; do
    reset
    try in_step "$step" --userns=$users -- sh -c "$unmask"
    [[ $status != 0 && $out != *1* ]] || fail "the mask was taken off$(seen)"
    try in_step "$step" --userns=$users --volume $shared:/mnt:ro -- sh -c "$rewrite"
    (( status != 0 )) || fail "the volume was made writable$(seen)"
    [[ $(< $shared/file) == original ]] || fail "the volume was written to$(seen)"
    # By another process in it, too.
    timeout 30 "$step" run --rootfs "$rootfs" --userns=$users --volume $shared:/mnt:ro --id "$x" --detach sleep 1000 > /dev/null
    try "$step" exec "$x" sh -c "$unmask; $rewrite"
    [[ $status != 0 && $(< $shared/file) == original ]] || fail "exec wins it back$(seen)"
    succeeds "$step" delete --force "$x"
  done

  # The powers can be given, by name: so this test would have seen it.
  reset
  succeeds in_step "$step" --userns=host --cap-add SYS_ADMIN --volume $shared:/mnt:ro -- sh -c "$rewrite"
  [[ $(< $shared/file) == changed ]] || fail "with --cap-add SYS_ADMIN the attack was meant to work$(seen)"
  tally "$step" stopped
done
finish
