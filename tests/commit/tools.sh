#!/bin/bash
# Other programs read what commit writes: skopeo and umoci. The same content is the same layer, whenever and
# wherever it is committed; with SOURCE_DATE_EPOCH the image is the same, too.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v skopeo > /dev/null || skip "no skopeo here (apt-get install skopeo)"
succeeds fetch busybox
# skopeo may compress layers, which changes the manifest: an image's ID is its config's digest.
id_of() { fetch inspect "$1" | sed -n 's/^image id: *//p'; }
sandbox one busybox
python3 "$here/change.py" "$merged"
# An empty attribute is lost on the way through Go's tar: to pax an empty value means none.
python3 -c "import os; os.setxattr('$merged/new/deep', 'user.folder', b'not empty')"
tree "$merged" > seen
umount "$merged"
try step commit --message 'for the tools' one first
ends_with 0
digest=$out

succeeds skopeo inspect --format '{{.Digest}} {{.Os}} {{len .Layers}}' "oci:$store:first"
[[ $out == "$digest linux 2" ]] || fail "skopeo inspect$(seen)"
succeeds skopeo inspect --config --format '{{(index .History 1).Comment}}: {{(index .History 1).CreatedBy}}' "oci:$store:first"
[[ $out == "for the tools: sh -c make changes" ]] || fail "the history$(seen)"
mkdir elsewhere
succeeds skopeo copy -q "oci:$store:first" "oci:$PWD/elsewhere:first"
succeeds skopeo copy -q "oci:$PWD/elsewhere:first" "oci:$store:back"
[[ $(id_of back) == "$(id_of first)" ]] || fail "there and back, another image: $(id_of back)"
succeeds fetch export back out
tree out > exported
same_trees "there and back" seen exported

if command -v umoci > /dev/null; then
  try umoci unpack --image "$store:first" bundle
  ends_with 0
  tree bundle/rootfs > unpacked
  same_trees "umoci" seen unpacked
else
  echo "umoci is not here: not tried with it"
fi

# What others make of it comes back whole: umoci adds a layer with whiteouts of its own.
if command -v umoci > /dev/null; then
  rm -r bundle/rootfs/new/deep
  rm bundle/rootfs/etc/passwd
  echo "by umoci" > bundle/rootfs/etc/group
  try umoci repack --image "$store:by-umoci" bundle
  ends_with 0
  without_times='s/"mtime": [-0-9]*//'  # it rounds them
  tree bundle/rootfs | sed "$without_times" > seen-by-umoci
  succeeds fetch export by-umoci out-of-umoci
  tree out-of-umoci | sed "$without_times" > exported
  same_trees "a layer of umoci's" seen-by-umoci exported
fi

# The same content, the same bytes.
layer=$(blob_of_top first)
try step commit one second
ends_with 0
[[ $(blob_of_top second) == "$layer" ]] || fail "committed twice, two layers"
mkdir -p "$PWD/copy"
cp -a "$upper/." "$PWD/copy"  # other inodes, another order in the folders
touch -d "@$(stat -c %.9Y "$upper")" "$PWD/copy"
try env TZ=Asia/Tokyo LC_ALL=C.UTF-8 rootfs-fetch --store "$store" add-layer --base busybox "$PWD/copy" third
ends_with 0
[[ $(blob_of_top third) == "$layer" ]] || fail "copied, another layer"
export SOURCE_DATE_EPOCH=1700000000
try step commit one fourth
fourth=$out
sleep 1.1
try step commit one fifth
[[ $out == "$fourth" ]] || fail "the same second, two images"
prints "$(manifest_of fourth)"
succeeds skopeo inspect --format '{{.Created}}' "oci:$store:fourth"
[[ $out == "2023-11-14 22:13:20 +0000 UTC" ]] || fail "SOURCE_DATE_EPOCH was not heeded$(seen)"
finish
