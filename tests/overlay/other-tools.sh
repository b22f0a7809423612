#!/bin/bash
# An image that other tools have put into the store runs, once it is unpacked; and the store stays what they read.
# shellcheck disable=SC2154,SC2016  # try's variables; what others expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
for tool in umoci skopeo; do command -v "$tool" > /dev/null || skip "$tool is missing: make deps-test installs it"; done
succeeds "$newest" run --detach --id x busybox sleep 1000  # there is a containers/ beside the layout
umoci unpack --image "$LOCKSTEP_STORE:busybox" bundle > /dev/null 2>&1 || fail "umoci can't read the store"
echo new > bundle/rootfs/etc/new
umoci repack --image "$LOCKSTEP_STORE:web" bundle > /dev/null 2>&1 || fail "umoci can't write to the store"
umoci config --image "$LOCKSTEP_STORE:web" --config.entrypoint cat --config.cmd /etc/new > /dev/null 2>&1

refuses 125 'No such file or directory (ENOENT)' "$newest" run "${once[@]}" web
hints '`rootfs-fetch unpack web`'
succeeds rootfs-fetch unpack web
prints "web: 1 of 2 layers unpacked"
succeeds rootfs-fetch unpack web
prints "already"
refuses_fetch() {
  try "$@"
  ends_with 1
  says "no image"
}
refuses_fetch rootfs-fetch unpack nosuch
try "$newest" run "${once[@]}" web
ends_with 0
[[ $out == new ]] || fail "its command was not run$(seen)"
skopeo copy --quiet "oci:$LOCKSTEP_STORE:web" "oci:$LOCKSTEP_STORE:copy:latest" > /dev/null 2>&1 ||
  fail "skopeo can't copy in the store"
try "$newest" run "${once[@]}" copy
[[ $out == new ]] || fail "under its other name$(seen)"
try "$newest" images -q
prints $'busybox\ncopy:latest\nweb'
skopeo inspect "oci:$LOCKSTEP_STORE:busybox" > /dev/null || fail "skopeo can't read the store"
succeeds "$newest" delete --force x
no_sandboxes "all that"
finish
