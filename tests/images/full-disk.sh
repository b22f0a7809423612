#!/bin/bash
# The disk is full at some moment: the error says so and what to do, nothing half-made is left, and once
# there is room it works. On small tmpfs file systems of the test's own.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_mounts

if [[ ${1-} != inside ]]; then
  in_mounts "$0" inside
  exit
fi
disk=$temporary/disk
mkdir "$disk"

for size in size=64k size=900k size=2m size=4m size=4800k nr_inodes=8 nr_inodes=100 nr_inodes=500; do
  mount -t tmpfs -o "$size" tmpfs "$disk"
  refuses 'No space left on device (ENOSPC)' "$fetch" --store "$disk/store" busybox
  hints 'free some space'
  [[ -z $("$fetch" --store "$disk/store" list -q) ]] || fail "$size: half an image is listed"
  [[ ! -e $disk/store/rootfs/busybox ]] || [[ $(find "$disk/store/rootfs/busybox" | wc -l) -gt 280 ]] ||
    fail "$size: half a rootfs"
  mount -o remount,size=64m,nr_inodes=10k "$disk"
  succeeds "$fetch" --store "$disk/store" busybox
  [[ -z $(ls -A "$disk/store/.workshop") ]] || fail "$size: left in the workshop: $(ls -A "$disk/store/.workshop")"
  umount "$disk"
done

# Who removes an image may do so because the disk is full. The message of others names the store.
mount -t tmpfs -o size=16m tmpfs "$disk"
succeeds "$fetch" --store "$disk/store" busybox
succeeds "$fetch" --store "$disk/store" tag busybox other
head -c 16m /dev/zero > "$disk/filler" 2> /dev/null || true
mkdir "$temporary/source"
head -c 100k /dev/urandom > "$temporary/source/file"
refuses "the store \"$disk/store\": " "$fetch" --store "$disk/store" import "$temporary/source" new
hints '--store DIR'
succeeds "$fetch" --store "$disk/store" rm other
[[ $("$fetch" --store "$disk/store" list -q) == busybox ]] || fail "rm on a full disk: $("$fetch" --store "$disk/store" list -q)"
rm "$disk/filler"
succeeds "$fetch" --store "$disk/store" tag busybox other
succeeds "$fetch" --store "$disk/store" rm other busybox
umount "$disk"

succeeds "$fetch" busybox
for size in size=64k size=1m nr_inodes=5 nr_inodes=100; do
  mount -t tmpfs -o "$size" tmpfs "$disk"
  refuses 'No space left on device (ENOSPC)' "$fetch" export busybox "$disk/out"
  hints 'free some space'
  [[ -z $(ls -A "$disk") ]] || fail "$size: export left $(ls -A "$disk")"
  refuses 'No space left on device (ENOSPC)' "$fetch" export busybox "$disk"
  [[ -z $(ls -A "$disk") ]] || fail "$size: export into the mount point left $(ls -A "$disk")"
  mount -o remount,size=64m,nr_inodes=10k "$disk"
  succeeds "$fetch" export busybox "$disk"
  umount "$disk"
done

mount -t tmpfs tmpfs "$disk"
mkdir "$disk/store"
mount -o remount,ro "$disk"
refuses 'Read-only file system (EROFS)' "$fetch" --store "$disk/store" busybox
hints '--store DIR'
refuses 'Read-only file system (EROFS)' "$fetch" export busybox "$disk/out"
umount "$disk"
finish
