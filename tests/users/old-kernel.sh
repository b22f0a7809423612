#!/bin/bash
# On a kernel or a file system that can't id-map: a sentence, and the host's ids; never less safe.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"
calls=(open_tree move_mount mount_setattr)
older() { timeout 30 without-helper "${calls[@]}" -- "$@"; }

# reads_only SENTENCE COMMAND…: a container that may read the rootfs and not change it, and says why.
reads_only() {
  local sentence=$1
  shift
  try "$@" sh -c 'stat -c %u:%g /bin/busybox; touch /made'
  ends_with 1
  [[ $out == 65534:65534 ]] || fail "expected the host's ids$(seen)"
  [[ $err == "(the rootfs "*"keeps the host's ids"*"$sentence"*"--userns host does without)"*'Permission denied' ]] ||
    fail "expected a sentence with: $sentence$(seen)"
}

reads_only "it takes kernel 5.12" older "$newest" run --rootfs "$rootfs"
[[ ! -e $rootfs/made ]] || fail "something was made"
succeeds older "$newest" run --rootfs "$rootfs" --userns host touch /made
[[ -e $rootfs/made ]] || fail "nothing was made"
rm "$rootfs/made"

# A rootfs that is the container's own needs no mapping, and volumes are found as ever.
cp -a "$rootfs" shifted
chown -R -h $first:$first shifted
mkdir -m 700 closed
mkdir closed/volume
echo inside > closed/volume/file
try older "$newest" run --rootfs shifted --volume "$PWD/closed/volume:/data:ro" sh -c 'cat /data/file; touch /made; id -u'
[[ $status == 0 && $out == $'inside\n0' && -z $err ]] || fail "expected nothing to be missing$(seen)"
[[ $(owner shifted/made) == $first:$first ]] || fail "expected the container's: $(owner shifted/made)"
# What was asked for by name is not replaced by something else.
refuses 125 'MOUNT_ATTR_IDMAP' older "$newest" run --rootfs shifted --volume "$PWD/closed/volume:/data:idmap" true

# An overlay can't be id-mapped.
mkdir upper work merged
mount -t overlay -o "lowerdir=$rootfs,upperdir=$PWD/upper,workdir=$PWD/work" overlay merged 2> /dev/null || {
  mount -t tmpfs layers work
  mkdir work/upper work/work
  mount -t overlay -o "lowerdir=$rootfs,upperdir=work/upper,workdir=work/work" overlay merged
}
reads_only "this kernel can't id-map overlay" "$newest" run --rootfs merged
umount merged
finish
