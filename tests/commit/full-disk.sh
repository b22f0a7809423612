#!/bin/bash
# The disk is full at some moment of a commit: the error says so and what to do, no image is made, and once
# there is room it works.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
store=/run/test/small
mkdir "$store"
for room in size=+200k size=+2m size=+5m size=+9m nr_inodes=+3 nr_inodes=+30 nr_inodes=+100 nr_inodes=+250; do
  mount -t tmpfs -o size=200m,nr_inodes=20k small "$store"
  succeeds fetch busybox
  sandbox one busybox
  python3 "$here/change.py" "$merged"
  rm "$merged/tmp/sock"
  head -c 3000000 /dev/urandom > "$merged/random"
  umount "$merged"
  # That much more than is there.
  if [[ $room == size=* ]]; then
    added=$(numfmt --from=iec "$(tr km KM <<< "${room#size=+}")")
    mount -o "remount,size=$(( $(df -B1 --output=used "$store" | tail -1) + added ))" "$store"
  else
    mount -o "remount,nr_inodes=$(( $(df --output=iused "$store" | tail -1) + ${room#nr_inodes=+} ))" "$store"
  fi
  try step commit one image
  ends_with 1
  says 'No space left on device (ENOSPC)'
  hints 'free some space'
  [[ $(fetch list -q) == busybox ]] || fail "$room: half an image is listed: $(fetch list -q)"
  mount -o remount,size=200m,nr_inodes=20k "$store"
  try step commit one image
  ends_with 0
  [[ -z $(ls -A "$store/.workshop") ]] || fail "$room: left in the workshop: $(ls -A "$store/.workshop")"
  rm -rf out
  succeeds fetch export image out
  umount "$store"
done
finish
