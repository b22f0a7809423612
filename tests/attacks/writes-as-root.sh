#!/bin/bash
# Lesson 06's attack: root in the container is root on the host, wherever it gets hold of something of the host's. It
# leaves a set-uid program of root's in a volume that is open to all, changes what only root may change, and sets what
# is the whole machine's. All that works from the step before and from no later one.
# shellcheck disable=SC2154,SC2015
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 06 "write as the host's root"
has_users "$newest" || skip "no step has users of its own"
last_without="" safe=()
for step in "${steps[@]:2}"; do
  if has_users "$step"; then safe+=("$step"); else last_without=$step; fi
done

open=/run/test/host/open roots=/run/test/host/roots
mkdir -p $open $roots
chmod 1777 $open
echo 'the secret' > $roots/secret
chmod 600 $roots/secret
plant='cp /bin/busybox /mnt/tool && chmod 4755 /mnt/tool'
# Opened for writing, and not written: nothing happens to this machine.
# shellcheck disable=SC2016
set_machine='umount /proc/sys && : >> /proc/sys/kernel/core_pattern && echo could'

is_roots() { [[ -e $1 && $(stat -c %u "$1") == 0 && -u $1 ]]; }

succeeds in_step "$last_without" --volume $open:/mnt -- sh -c "$plant"
is_roots $open/tool || fail "the attack by a program does not even work from $last_without: $(ls -l $open)"
succeeds in_step "$last_without" --volume $roots:/mnt -- sh -c "cat /mnt/secret; $plant"
is_roots $roots/tool && [[ $out == 'the secret' ]] || fail "the attack on root's folder does not even work from $last_without$(seen)"
succeeds in_step "$last_without" -- sh -c "$set_machine"
[[ $out == could ]] || fail "the attack on the machine does not even work from $last_without$(seen)"
rm -f $open/tool $roots/tool
tally "$last_without" works

for step in "${safe[@]}"; do
  try in_step "$step" --volume $open:/mnt -- sh -c "$plant"
  ! is_roots $open/tool || fail "a set-uid program of root's was left on the host$(seen)"
  [[ -e $open/tool ]] || fail "the attack did not even get as far as to leave a program$(seen)"
  rm -f $open/tool

  try in_step "$step" --volume $roots:/mnt -- sh -c "cat /mnt/secret; chmod 666 /mnt/secret; chown 0:0 /mnt/secret; $plant"
  (( status != 0 )) || fail "root's folder was changed$(seen)"
  [[ $out != *secret* ]] || fail "root's file was read$(seen)"
  [[ $(stat -c %a:%u $roots/secret) == 600:0 && ! -e $roots/tool ]] || fail "root's folder was changed: $(ls -l $roots)"

  try in_step "$step" -- sh -c "$set_machine"
  [[ $out != *could* ]] || fail "the machine's settings could be written$(seen)"
  try in_step "$step" -- sh -c 'mknod /tmp/disk b 7 0 && echo made'
  [[ $out != *made* ]] || fail "a device was made$(seen)"

  # The doors can be opened, by name: so this test would have seen it.
  succeeds in_step "$step" --volume $open:/mnt:idmap -- sh -c "$plant"
  is_roots $open/tool || fail "with :idmap the program was meant to be root's$(seen)"
  rm -f $open/tool
  succeeds in_step "$step" --userns host --volume $open:/mnt -- sh -c "$plant"
  is_roots $open/tool || fail "with --userns host the program was meant to be root's$(seen)"
  rm -f $open/tool
  tally "$step" stopped
done

# The rootfs is id-mapped: what the container's root leaves there, the disk calls root's. The store keeps its own where
# nobody else can reach it.
command -v rootfs-fetch > /dev/null || finish
rootfs-fetch busybox --quiet > /dev/null
chmod 755 /run/test
for step in "${safe[@]}"; do
  succeeds timeout 30 "$step" run --rootfs busybox sh -c 'cp /bin/busybox /tool && chmod 4755 /tool'
  tool=$LOCKSTEP_STORE/rootfs/busybox/tool
  [[ -e $tool ]] || fail "nothing was left there$(seen)"
  # (By a shell: setpriv itself still has root's powers when it executes.)
  try setpriv --reuid 64999 --regid 64999 --clear-groups sh -c "exec $tool true"
  [[ $err == *'ermission denied'* ]] || fail "another user can execute what was left there$(seen)"
  rm -f "$tool"
done
finish
