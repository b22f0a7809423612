#!/bin/bash
# From one container to the next: run an image, look at what it changed, commit it, run the new image. With
# overlayfs, and where that can't be had and the layers were copied.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[[ $(step run --help) == *--entrypoint* ]] || skip "no step runs images"

# try_with KIND: everything in the store as it is now.
try_with() {
  local changes=$'C /bin\nD /bin/ls\nC /etc\nD /etc/group\nC /etc/passwd\nA /made\nA /made/link\nA /made/file\nC /root'
  try step run --id one busybox sh -c 'rm /bin/ls /etc/group; echo x >> /etc/passwd; mkdir /made; echo y > /made/file
    ln -s file /made/link; chmod 750 /root; touch /dev/shm/not-of-the-image'
  ends_with 0
  try step diff one
  ends_with 0
  [[ $(sort <<< "$out") == "$(sort <<< "$changes")" ]] || fail "$1: diff$(seen)"
  try step commit --change 'CMD ["cat", "/made/link"]' one new
  ends_with 0
  try step run --rm new
  ends_with 0
  prints "y"
  # shellcheck disable=SC2016  # for the container's shell
  try step run --rm new sh -c 'stat -c "%a %u" /root; [ ! -e /bin/ls ] && [ ! -e /etc/group ] && tail -1 /etc/passwd; ls /dev/shm'
  ends_with 0
  [[ $out == $'750 0\nx' ]] || fail "$1: the new image$(seen)"
  try step run --rm --rootfs new cat /made/file
  [[ $status == 0 && $out == y ]] || fail "$1: its rootfs$(seen)"
  try step commit one again
  ends_with 0
  try step run --detach --id two new sleep 1000
  ends_with 0
  try step commit two third
  ends_with 0
  # From lesson 07 on it stands still meanwhile; and goes on.
  if [[ $("$newest" --help) == *'  pause '* ]]; then [[ -z $err ]] || fail "$1: commit of one that is paused$(seen)"; else says 'runs on while it is read'; fi
  grep -q 'State:.*S (sleeping)' "/proc/$(step state two | sed -n 's/.*"pid": \([0-9]*\),/\1/p')/status" || fail "$1: it doesn't go on"
  try step diff two
  [[ $status == 0 && -z $out ]] || fail "$1: changes in a container that has changed nothing$(seen)"
  try step rm --force one two
  ends_with 0
  for image in new again third busybox; do succeeds fetch rm "$image"; done
}

succeeds fetch busybox
try_with overlay
[[ -z $(find "$store/blobs" "$store/layers" -mindepth 2) ]] || fail "something is left: $(find "$store" -mindepth 2)"

# Without extended attributes there is no overlay: the layers are copied.
store=/run/test/ramfs
mkdir "$store"
mount -t ramfs ramfs "$store"
export LOCKSTEP_STORE=$store
succeeds fetch busybox
try step run --rm busybox true
ends_with 0
says "cop"
[[ $(wc -l <<< "$err") == 1 ]] || fail "expected one line$(seen)"
try_with copies
finish
