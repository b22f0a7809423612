#!/bin/bash
# Whose files are: inside, and as the host sees them.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The rootfs is root's on the host, and root's inside: id-mapped.
shows "0:0" stat -c %u:%g /bin/busybox
shows "idmapped" sh -c 'grep -o " / .*idmapped" /proc/mounts | grep -o idmapped'
succeeds inside touch /made
shows "0:0" stat -c %u:%g /made
[[ $(owner "$rootfs/made") == 0:0 ]] || fail "expected what root made as root's: $(owner "$rootfs/made")"
succeeds inside --tmpfs /home:mode=1777 --user alice touch /home/x
chmod 1777 "$rootfs/tmp"
succeeds inside --user alice touch /tmp/made
[[ $(owner "$rootfs/tmp/made") == 1000:1000 ]] || fail "expected alice's: $(owner "$rootfs/tmp/made")"
rm "$rootfs/made" "$rootfs/tmp/made"

# One that belongs to the container's ids already is left as it is; what is made is theirs.
cp -a "$rootfs" shifted
chown -R -h $first:$first shifted
try timeout 30 "$newest" run --rootfs shifted sh -c 'touch /made; stat -c %u:%g /bin/busybox; grep -c " / .*idmapped" /proc/mounts'
[[ $out == $'0:0\n0' && -z $err ]] || fail "expected no second mapping$(seen)"
[[ $(owner shifted/made) == $first:$first ]] || fail "expected the container's root's: $(owner shifted/made)"

# Where every user can reach it, a line says what that means; where the folder above is closed, none.
mkdir -m 755 open
cp -a "$rootfs" open/rootfs
chmod 755 /run/test
reached="(the rootfs $PWD/open/rootfs can be reached by every user of this machine, to whom a program that the container's "
reached+="root makes set-uid there is one of the host's root: \`chmod 700 $PWD/open\` keeps them out)"
for options in "" "--userns private"; do
  # shellcheck disable=SC2086
  try timeout 30 "$newest" run $options --rootfs open/rootfs true
  [[ $status == 0 && $err == "$reached" ]] || fail "expected the line about who reaches it$(seen)"
done
"$newest" create --rootfs open/rootfs x true > /run/said 2>&1 || fail "create: $(< /run/said)"  # what waits keeps a pipe
[[ $(< /run/said) == "$reached" ]] || fail "expected the line about who reaches it: $(< /run/said)"
"$newest" delete --force x
succeeds timeout 30 "$newest" run --rootfs open/rootfs --userns host true
succeeds timeout 30 "$newest" run --rootfs shifted true
mount --bind open open
mount -o remount,bind,nosuid open
succeeds timeout 30 "$newest" run --rootfs open/rootfs true  # nothing is set-uid there
umount open
chmod 700 open
succeeds timeout 30 "$newest" run --rootfs open/rootfs true
chmod 700 /run/test

# A folder that only root may search is no obstacle, be it somebody else's.
mkdir -p closed/deeper
cp -a "$rootfs" closed/deeper/rootfs
mkdir closed/deeper/volume
echo inside > closed/deeper/volume/file
for owner in 0 1234; do
  chown $owner closed closed/deeper
  chmod 700 closed closed/deeper
  try timeout 30 "$newest" run --rootfs closed/deeper/rootfs --volume "$PWD/closed/deeper/volume:/data:ro" cat /data/file
  [[ $out == inside && -z $err ]] || fail "expected what is in the closed folder$(seen)"
done

# Volumes keep the host's ids. What belongs to nobody inside can't be changed, and a line says so.
mkdir volume
echo root > volume/roots
line="(volume /data: $PWD/volume belongs to uid 0, who has no id in the container: "
line+="to write there as its root, add :idmap to the volume, or run with --userns host)"
try inside --volume "$PWD/volume:/data" sh -c 'stat -c %u:%g /data/roots; touch /data/made 2>&1'
ends_with 1
[[ $err == "$line" ]] || fail "expected the one line$(seen)"
[[ $out == $'65534:65534\n'*'Permission denied'* ]] || fail "expected nobody's file, and no permission$(seen)"
[[ ! -e volume/made ]] || fail "something was made"
shows "root" --volume "$PWD/volume:/data:ro" cat /data/roots  # no line: nobody may write there anyway
chown $first:$first volume
shows "0:0" --volume "$PWD/volume:/data" sh -c 'touch /data/made; stat -c %u:%g /data/made'
[[ $(owner volume/made) == $first:$first ]] || fail "expected the container's root's: $(owner volume/made)"
chown $((first + 1000)):$((first + 100)) volume
shows "1000:100" --volume "$PWD/volume:/data" stat -c %u:%g /data

# Open to all: what is made there is the container's, set-uid or not.
chown 0:0 volume
chmod 1777 volume
try inside --volume "$PWD/volume:/data" sh -c 'cp /bin/busybox /data/tool; chmod 4755 /data/tool'
ends_with 0
[[ $(owner volume/tool) == $first:$first ]] || fail "expected the container's root's: $(owner volume/tool)"
chmod 755 volume
rm volume/tool volume/made

# With :idmap the disk's 0 is the container's 0, and the other way round.
shows "0:0" --volume "$PWD/volume:/data:idmap" sh -c 'touch /data/made; chown 1000:100 /data/roots; stat -c %u:%g /data/made'
[[ $(owner volume/made) == 0:0 ]] || fail "expected root's: $(owner volume/made)"
[[ $(owner volume/roots) == 1000:100 ]] || fail "expected alice's: $(owner volume/roots)"
shows "1000:100" --mount "type=bind,source=$PWD/volume,target=/data,ro,ridmap" stat -c %u:%g /data/roots
try inside --volume "$PWD/volume:/data:idmap,ro" touch /data/new
[[ $status == 1 && $err == *'Read-only file system'* ]] || fail "expected a read-only volume$(seen)"
# …and only the volume that says so, though it is the same folder.
shows $'0:0\n65534:65534' --volume "$PWD/volume:/a:idmap" --volume "$PWD/volume:/b:ro" stat -c %u:%g /a/made /b/made
shows $'65534:65534\n0:0' --volume "$PWD/volume:/b:ro" --volume "$PWD/volume:/a:idmap" stat -c %u:%g /b/made /a/made
echo file > single
shows "0:0" --volume "$PWD/single:/data/single:idmap" stat -c %u:%g /data/single
[[ $(owner single) == 0:0 ]] || fail "the file's owner was changed"

# What the host mounts read-only or nosuid stays so, whatever the container's root tries.
mkdir locked
chown $first:$first locked
mount --bind locked locked
mount -o remount,bind,ro,nosuid,nodev locked
for volume in "$PWD/locked:/data" "$PWD/locked:/data:idmap"; do
  try inside --volume "$volume" sh -c 'mount -o remount,bind,rw /data; mount -o remount,bind,rw,suid,dev /data; touch /data/x; grep " /data " /proc/mounts'
  [[ ! -e locked/x ]] || fail "the host's read-only mount was written$(seen)"
  [[ $out == *' ro,nosuid,nodev'* ]] || fail "expected the host's flags$(seen)"
done
umount locked

# The host's mounts are as they were: nothing of all that was attached there.
! grep -q idmapped /proc/self/mountinfo || fail "the host has an id-mapped mount: $(grep idmapped /proc/self/mountinfo)"
finish
