#!/bin/bash
# What a container sees, `commit` keeps: exported, unpacked for the next container, and as a rootfs, it is the
# same entry by entry: type, mode, owner, size, content, target, device, time, attributes, hard links. So is
# what a container of the new image changes.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox

# check_image IMAGE SEEN: all forms of the image have the entries of SEEN.
check_image() {
  local view=$PWD/view-of-$1
  succeeds fetch export "$1" "out-$1"
  tree "out-$1" > exported
  same_trees "$1: exported" "$2" exported
  mkdir "$view" "$view.upper" "$view.work"
  chmod --reference "$(top_layer "$1")" "$view.upper"
  touch --no-create -d "@$(stat -c %.9Y "$(top_layer "$1")")" "$view.upper"
  mount -t overlay overlay "$view" -o "lowerdir=$(layers_of "$1" | paste -s -d :),upperdir=$view.upper,workdir=$view.work"
  tree "$view" > mounted
  same_trees "$1: its layers, mounted" "$2" mounted
  umount "$view"
  # A rootfs has no nodes; so the folder that they were in has another time.
  local without='/"type": "0o[26]0000"/d; /"name": "dev"/s/"mtime": [-0-9]*//'
  sed "$without" "$2" > no-nodes
  tree "$store/rootfs/$1" | sed "$without" > rootfs-now
  same_trees "$1: its rootfs" no-nodes rootfs-now
}

sandbox one busybox
python3 "$here/change.py" "$merged"
tree "$merged" > seen-one
umount "$merged"
try step commit one first
ends_with 0
prints "sha256:"
says 'left out: "tmp/sock" is a socket'
says 'the device node "dev/zero2"'
[[ $out == "$(manifest_of first)" ]] || fail "commit prints another digest$(seen)"
[[ $(fetch inspect first | grep -c '^layer:') == 2 ]] || fail "not two layers: $(fetch inspect first)"
check_image first seen-one

# A container of the new image: it deletes what the first had made, makes anew what the first had deleted, and
# changes one of two names of a file that lies in a lower layer.
sandbox two first
rm -r "$merged/new/deep" "$merged/tmp" "$merged/bin/cat"
mkdir "$merged/tmp" "$merged/var/log"
echo again > "$merged/var/log/messages"
ln -s busybox "$merged/bin/ls"
echo changed > "$merged/new/also-late"
ln "$merged/new/late" "$merged/new/third-name"
ln "$merged/bin/busybox2" "$merged/usr/sbin/busybox3"
rm "$merged/dev/zero2"
capability=$(python3 -c "import os; print(os.getxattr('$merged/new/set-uid', 'security.capability').hex())")
[[ $capability == 0100000200200000* ]] || fail "the capability did not survive the first commit: $capability"
tree "$merged" > seen-two
umount "$merged"
try step commit two second
ends_with 0
[[ $(fetch inspect second | grep -c '^layer:') == 3 ]] || fail "not three layers: $(fetch inspect second)"
check_image second seen-two
finish
