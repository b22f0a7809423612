#!/bin/bash
# Committed under the name of its own image, again and again, or after that was removed: the container's layers
# and documents stay as long as the container does, and go with it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox
sandbox one busybox
for n in 1 2 3; do
  echo "$n" > "$merged/file$n"
  try step commit one busybox
  ends_with 0
  [[ $(fetch inspect busybox | grep -c '^layer:') == 2 ]] || fail "commit $n: not two layers: $(fetch inspect busybox)"
done
succeeds fetch rm busybox
try step commit one image
ends_with 0
tree "$merged" > seen
umount "$merged"
succeeds fetch export image out
tree out > exported
same_trees "after its image was removed" seen exported
rm -r "$store/containers/one"
succeeds fetch rm image
left=$(find "$store/blobs" "$store/layers" "$store/rootfs" -mindepth 1 -path '*/*/*/*' -not -name sha256)
[[ -z $left ]] || fail "left when nobody needs it: $left"
finish
