#!/bin/bash
# The file system of the state folder is full, read-only or gone: an error that names the file, and nothing left.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
mkdir /run/small
container=(--rootfs "$rootfs" --id x)
mounted=$(< /proc/self/mountinfo)

# nothing_left WHAT
nothing_left() {
  local left
  left=$(find /run/small -mindepth 1 ! -name filler)
  [[ -z $left ]] || fail "$1: left in the state folder: $left"
  [[ $(processes) == "$running" ]] || fail "$1: left running: $(processes)"
  [[ ! -e pid ]] || fail "$1: the PID file is left"
}
running=$(processes)

for step in "${steps[@]:2}"; do
  # From a file system with no block left to one where all fits: each write of the way meets the end once.
  started=0
  for (( blocks = 0; blocks <= 12; ++blocks )); do
    mount -t tmpfs -o size=64k small /run/small
    head -c $(( (16 - blocks) * 4096 )) /dev/zero > /run/small/filler
    try "$step" --root /run/small run "${container[@]}" --pid-file pid true
    if (( status == 0 )); then
      started=$((started + 1))
    else
      ends_with 125
      says 'No space left on device (ENOSPC)'
      [[ $err == *state.json* || $err == */run/small/x/etc/* ]] || fail "expected the file that doesn't fit$(seen)"
    fi
    nothing_left "$step, $blocks blocks free$(seen)"
    umount /run/small
  done
  (( started > 0 && started < 12 )) || fail "$step: $started of 12 runs had space enough: this tried nothing"

  for (( inodes = 1; inodes <= 6; ++inodes )); do
    mount -t tmpfs -o nr_inodes=$inodes small /run/small
    try "$step" --root /run/small run "${container[@]}" true
    (( status == 0 )) || { ends_with 125; says 'No space left on device (ENOSPC)'; }
    nothing_left "$step, $inodes inodes$(seen)"
    umount /run/small
  done

  # Full only when it is to be deleted: that must work.
  mount -t tmpfs -o size=64k small /run/small
  succeeds "$step" --root /run/small run "${container[@]}" --detach --pid-file pid sleep 1000
  head -c 65536 /dev/zero > /run/small/filler 2> /dev/null || true
  succeeds "$step" --root /run/small exec x true
  succeeds "$step" --root /run/small delete --force x
  nothing_left "$step, full at delete"
  mount -o remount,ro /run/small
  refuses 125 'Read-only file system (EROFS)' "$step" --root /run/small run "${container[@]}" true
  refuses 125 'Read-only file system (EROFS)' "$step" --root /run/small/below run "${container[@]}" true
  hints '--root'
  umount /run/small

  # The PID file's own place is full: the container does not run on without it.
  mount -t tmpfs -o size=4k small /run/small
  head -c 4096 /dev/zero > /run/small/filler
  refuses 125 'No space left on device (ENOSPC)' "$step" run "${container[@]}" --detach --pid-file /run/small/pid sleep 1000
  nothing_left "$step, no space for the PID file"
  [[ -z $("$step" list -q) ]] || fail "$step: left: $("$step" list)"
  umount /run/small
done
[[ $(< /proc/self/mountinfo) == "$mounted" ]] || fail "mounts are left: $(< /proc/self/mountinfo)"
finish
