#!/bin/bash
# Which devices can be opened is decided by their numbers: also for the machine's root, who can make any node.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[[ -r /dev/kmsg ]] || skip "there is no /dev/kmsg to be kept from"
# From lesson 08 on this device takes a power, too.
syslog=() && [[ $("$newest" run --help) != *--cap-add* ]] || syslog=(--cap-add SYSLOG)
open='mknod /dev/x c 1 11 && echo made; : < /dev/x && echo opened'

box --userns host -- sh -c "$open"
[[ $out == made ]] || fail "the kernel's messages: the node can be made, and not be opened$(seen)"
says 'peration not permitted'
box --userns host "${syslog[@]}" --device-cgroup-rule 'c 1:11 rm' -- sh -c "$open"
[[ $out == made$'\n'opened ]] || fail "a rule allows it$(seen)"
box --userns host "${syslog[@]}" --device-cgroup-rule 'c 1:11 rm' -- sh -c 'mknod /dev/x c 1 11; : > /dev/x && echo written'
[[ -z $out ]] || fail "a rule allows to read it, not to write$(seen)"
box --userns host "${syslog[@]}" --device /dev/kmsg:/dev/messages:r -- sh -c ': < /dev/messages && echo opened; : > /dev/messages && echo written'
[[ $out == opened ]] || fail "--device with r$(seen)"
box --device /dev/zero:/dev/nought -- sh -c 'head -c 3 /dev/nought | wc -c'
[[ $out == 3 ]] || fail "--device in a user namespace$(seen)"
box --userns host -- sh -c 'for d in null zero full random urandom tty ptmx; do
    [ $d = tty ] || : < /dev/$d || echo "$d"; done; head -c 4 /dev/urandom | wc -c; echo x > /dev/full'
[[ $out == 4 && $err == *'No space left'* ]] || fail "the devices that everybody has$(seen)"
box --userns host --tty -- sh -c 'exec 3<> /dev/tty && echo terminal'
prints terminal

# A disk of the test's.
if command -v losetup > /dev/null && [[ -e /dev/loop-control ]]; then
  echo secret > disk
  truncate -s 1M disk
  if loop=$(losetup --find --show disk 2> /dev/null); then
    number=$((0x$(stat -c %t "$loop") * 1))\ $((0x$(stat -c %T "$loop")))
    box --userns host -- sh -c "mknod /dev/x b $number && head -c 6 /dev/x"
    [[ $status != 0 && -z $out ]] || fail "a disk of the host's was read$(seen)"
    box --userns host --device "$loop" -- head -c 6 "$loop"
    [[ $out == secret ]] || fail "a disk that was given$(seen)"
    losetup --detach "$loop"
  fi
fi
nothing_left "at the end"
finish
