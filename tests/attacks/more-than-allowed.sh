#!/bin/bash
# Lesson 07's attacks: 200 children where 64 are allowed, 64 MiB where 32 are, and a disk of the host's read through a
# node that the container's root made. All that works from the step before, which can't be told any limit, and from no
# later one. All of it is bounded: 200 children that sleep, 64 MiB, a disk of this test's.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 07 "take processes, memory, a disk"
has_limits() { [[ $("$1" run --help) == *--pids-limit* ]]; }
has_limits "$newest" || skip "no step has limits"
last_without="" safe=()
for step in "${steps[@]:5}"; do
  if has_limits "$step"; then safe+=("$step"); else last_without=$step; fi
done
find_hierarchies

# The shell gives up at the first fork that fails.
fork='i=0; while [ $i -lt 200 ]; do sleep 30 & i=$((i + 1)); done; echo "all $i"'
# dd has a buffer of that size, and fills it.
hoard='dd if=/dev/zero of=/dev/null bs=64000000 count=1 2> /dev/null && echo "all of it"'

# A disk of the test's, with a secret on it.
disk=""
if ! command -v losetup > /dev/null || [[ ! -e /dev/loop-control ]]; then
  echo "not tried, the host's disk: there are no loop devices"
else
  trap '[[ -z $disk ]] || losetup --detach "$disk"' EXIT
  { echo 'the secret'; head -c 1048565 /dev/zero; } > image
  disk=$(losetup --find --show --read-only image) || echo "not tried, the host's disk: no loop device can be had"
fi
[[ -z $disk ]] || read_disk="mknod /dev/mine b $((0x$(stat -c %t "$disk"))) $((0x$(stat -c %T "$disk"))) && head -c 10 /dev/mine"

succeeds in_step "$last_without" -- sh -c "$fork"
[[ $out == 'all 200' ]] || fail "200 children do not even work from $last_without$(seen)"
succeeds in_step "$last_without" -- sh -c "$hoard"
[[ $out == 'all of it' ]] || fail "64 MiB do not even work from $last_without$(seen)"
if [[ $disk ]]; then
  succeeds in_step "$last_without" --userns host -- sh -c "$read_disk"
  [[ $out == 'the secret' ]] || fail "the attack on the disk does not even work from $last_without$(seen)"
fi
tally "$last_without" works

for step in "${safe[@]}"; do
  if has pids; then
    try in_step "$step" --pids-limit 64 -- sh -c "$fork"
    [[ $status != 0 && $out != *all* ]] || fail "200 children where 64 are allowed$(seen)"
    says 'fork'
    # Without a limit it still works: so this test would have seen it.
    succeeds in_step "$step" -- sh -c "$fork"
    [[ $out == 'all 200' ]] || fail "without a limit$(seen)"
  else
    echo "not tried, $step: there is no pids controller"
  fi

  if has memory; then
    try in_step "$step" --memory 32m --memory-swap 32m -- sh -c "$hoard"
    ends_with 137
    [[ $out != *all* ]] || fail "64 MiB where 32 are allowed$(seen)"
    # In files, too: what a tmpfs holds is memory.
    try in_step "$step" --memory 32m --memory-swap 32m -- sh -c 'head -c 64000000 /dev/zero > /dev/shm/x && echo all'
    [[ $status != 0 && $out != *all* ]] || fail "64 MiB in a tmpfs where 32 are allowed$(seen)"
    succeeds in_step "$step" --memory 256m -- sh -c "$hoard"
    [[ $out == 'all of it' ]] || fail "with a limit that is large enough$(seen)"
  else
    echo "not tried, $step: there is no memory controller"
  fi

  if [[ $disk ]]; then
    try in_step "$step" --userns host -- sh -c "$read_disk"
    [[ $status != 0 && $out != *secret* ]] || fail "the host's disk was read$(seen)"
    says 'peration not permitted'
    # The door can be opened, by name.
    succeeds in_step "$step" --userns host --device "$disk" -- head -c 10 "$disk"
    [[ $out == 'the secret' ]] || fail "with --device the disk was meant to be read$(seen)"
  fi
  tally "$step" stopped
done
nothing_left "at the end"
finish
