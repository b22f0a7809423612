#!/bin/bash
# Other tools read the store: skopeo and umoci take it for what it is, an OCI image layout; and an image
# that skopeo puts into it is one like our own.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v skopeo > /dev/null || { echo "skipped: no skopeo here (apt-get install skopeo)"; exit 77; }
cd "$temporary"
digest=$("$fetch" busybox -q)

found=$(skopeo inspect --format '{{.Digest}} {{.Os}} {{.Env}}' "oci:$LOCKSTEP_STORE:busybox")
[[ $found == "$digest linux [PATH="* ]] || fail "skopeo inspect: $found"
succeeds skopeo copy -q "oci:$LOCKSTEP_STORE:busybox" "oci:$temporary/copy:copied"
succeeds skopeo copy -q "oci:$LOCKSTEP_STORE:busybox" "docker-archive:$temporary/docker.tar:busybox:latest"
if command -v umoci > /dev/null; then
  mode=$( (( EUID == 0 )) || echo --rootless )
  # shellcheck disable=SC2086  # one word or none
  succeeds umoci unpack $mode --image "$LOCKSTEP_STORE:busybox" bundle
  succeeds "$fetch" export busybox out
  same_files out bundle/rootfs
else
  echo "umoci is not here: not tried with it"
fi

# A second name for the same image: each can go without the other's blobs.
succeeds skopeo copy -q "oci:$temporary/copy:copied" "oci:$LOCKSTEP_STORE:second"
[[ $("$fetch" list -q | xargs) == "busybox second" ]] || fail "list: $("$fetch" list -q | xargs)"
[[ $("$fetch" inspect -q second) == "$digest" ]] || fail "the second has another digest"
succeeds "$fetch" rm busybox
succeeds "$fetch" export second out2
[[ ! -e $LOCKSTEP_STORE/rootfs/busybox ]] || fail "rm busybox left its rootfs"
succeeds "$fetch" rm second
[[ -z $(find "$LOCKSTEP_STORE/blobs" -type f) ]] || fail "blobs that nobody uses"
finish
