#!/bin/bash
# rootfs-fetch busybox: the same machine always makes the same image, making it again changes nothing,
# another busybox makes another image, and what containers change in the rootfs is theirs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
rootfs=$LOCKSTEP_STORE/rootfs/busybox

state_of() { find "$1" -printf '%p %i %T@ %C@ %s\n' | sort; }

first=$("$fetch" busybox --quiet)
[[ $first =~ ^sha256:[0-9a-f]{64}$ ]] || fail "--quiet prints more than the digest: $first"
other=$(umask 077; TZ=Asia/Tokyo LC_ALL=C "$fetch" --store "$temporary/other" busybox -q)
[[ $first == "$other" ]] || fail "two stores, two digests: $first, $other"
same_files "$LOCKSTEP_STORE/rootfs/busybox" "$temporary/other/rootfs/busybox"

before=$(state_of "$LOCKSTEP_STORE")
again=$("$fetch" busybox)
[[ $again == "busybox is there already:"*"$first ("*" MB) in the store $LOCKSTEP_STORE" ]] || fail "second call: $again"
[[ $before == "$(state_of "$LOCKSTEP_STORE")" ]] || fail "the second call changed the store"

cmp "$rootfs/bin/busybox" "$(command -v busybox)" || fail "bin/busybox is not the machine's"
[[ $(grep -c . "$rootfs/etc/passwd") == 2 ]] || fail "not two users: $(< "$rootfs/etc/passwd")"
grep -q '^root:.*:0:0:' "$rootfs/etc/passwd" || fail "no root in /etc/passwd"
grep -q '^nobody:.*:65534:' "$rootfs/etc/passwd" || fail "no nobody in /etc/passwd"
[[ $(stat -c %a "$rootfs/tmp") == 1777 ]] || fail "/tmp is not 1777: $(stat -c %a "$rootfs/tmp")"
for name in dev etc proc sys root home usr/bin usr/sbin var/tmp; do
  [[ -d $rootfs/$name ]] || fail "/$name is missing"
done
while read -r applet; do
  [[ $(realpath "$rootfs/$applet") == "$rootfs/bin/busybox" ]] || fail "/$applet does not lead to busybox"
done < <(busybox --list-full | grep /)
[[ $("$rootfs/bin/sh" -c 'echo it runs') == "it runs" ]] || fail "the rootfs's shell does not run"
[[ -z $(find "$rootfs" -newermt 1970-01-02 -mindepth 1) ]] || fail "times that are not 1970's"

# What containers changed stays, until --fresh.
echo mine > "$rootfs/etc/mine"
rm "$rootfs/bin/ls"
succeeds "$fetch" busybox
[[ -e $rootfs/etc/mine && ! -e $rootfs/bin/ls ]] || fail "the second call undid a container's changes"
succeeds "$fetch" busybox --fresh
same_files "$rootfs" "$temporary/other/rootfs/busybox"
rm -r "$rootfs"
succeeds "$fetch" busybox
same_files "$rootfs" "$temporary/other/rootfs/busybox"

# Another busybox: another image in the old one's place, nothing left of that.
mkdir "$temporary/bin"
{ cat "$(command -v busybox)"; echo another; } > "$temporary/bin/busybox"
chmod 755 "$temporary/bin/busybox"
new=$(PATH=$temporary/bin:$PATH "$fetch" busybox -q)
[[ $new != "$first" ]] || fail "another busybox, the same digest"
cmp "$temporary/bin/busybox" "$rootfs/bin/busybox" || fail "the rootfs is still the old image's"
[[ $(find "$LOCKSTEP_STORE/blobs" -type f | wc -l) == 3 ]] || fail "the old image's blobs are still there"
[[ $(find "$LOCKSTEP_STORE/layers/sha256" -mindepth 1 -maxdepth 1 | wc -l) == 1 ]] || fail "the old layer is still there"
[[ $("$fetch" busybox -q) == "$first" ]] || fail "back to the machine's busybox, but not to its digest"
finish
