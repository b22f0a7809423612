#!/bin/bash
# --privileged: all powers and devices, nothing masked; with users of its own, as far as that goes.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"

sets $none "$all" "$all" "$all" $none --privileged
says 'its root has all power over the container and none over this machine'
sets $none "$own" "$own" "$own" $none --privileged --userns host
less=$(printf '%016x' $((0x$own & ~(1 << 21))))
sets $none "$less" "$less" "$less" $none --privileged --userns host --cap-drop SYS_ADMIN

for users in private host; do
  try inside --privileged --userns $users sh -c 'grep -c " /proc/" /proc/self/mountinfo; mount -t tmpfs none /mnt && echo mounted'
  [[ $out == $'0\nmounted' ]] || fail "expected no masks, and the right to mount$(seen)"
  try inside --privileged --userns $users sh -c 'grep " /sys " /proc/self/mountinfo'
  [[ $out == *' rw,'* ]] || fail "expected a /sys that can be written$(seen)"
done

# The host's devices: this test's host has its own /dev, in which there is one more.
mknod /dev/lockstep-null c 1 3
mkdir /dev/folder
mknod -m 666 /dev/folder/zero c 1 5
for users in private host; do
  try inside --privileged --userns $users sh -c 'ls -l /dev/lockstep-null | cut -c 1; head -c 3 /dev/folder/zero | wc -c; ls /dev/null /dev/tty'
  [[ $status == 0 && $out == $'c\n3\n/dev/null\n/dev/tty' ]] || fail "the host's devices$(seen)"
  try inside --userns $users ls /dev/lockstep-null
  (( status != 0 )) || fail "an ordinary container has them, too"
done
finish
