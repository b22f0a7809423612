#!/bin/bash
# Eight at once on one store: one makes the image, the others wait and find it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"

# all_at_once COMMAND…: eight times, with {} replaced by the number; the exit statuses go to status.N.
all_at_once() {
  local n pids=()
  for n in {1..8}; do
    ( status=0
      "${@//\{\}/$n}" > "out.$n" 2> "err.$n" || status=$?
      echo "$status" > "status.$n" ) &
    pids+=($!)
  done
  wait "${pids[@]}"
}

all_at_once "$fetch" busybox
[[ $(cat status.* | sort -u) == 0 ]] || fail "not all succeeded: $(cat status.* err.*)"
[[ $(grep -c '^busybox made from' out.* | grep -c ':1') == 1 ]] || fail "not exactly one made it: $(cat out.*)"
[[ $(grep -ho 'sha256:[0-9a-f]*' out.* | sort -u | wc -l) == 1 ]] || fail "several digests: $(cat out.*)"

all_at_once "$fetch" export busybox "exported{}"
[[ $(cat status.* | sort -u) == 0 ]] || fail "not all were exported: $(cat status.* err.*)"
for n in {1..8}; do same_files "exported$n" "$LOCKSTEP_STORE/rootfs/busybox"; done

all_at_once "$fetch" export busybox same
[[ $(cat status.* | sort | uniq -c | xargs) == "1 0 7 1" ]] || fail "one folder, eight exports: $(cat status.* err.*)"
same_files same "$LOCKSTEP_STORE/rootfs/busybox"

# shellcheck disable=SC2016  # for the inner shell
all_at_once sh -c 'for i in 1 2 3; do "$0" busybox -q; "$0" rm busybox; done; :' "$fetch"
grep -hv -e '^(waiting: ' -e 'no image "busybox" in the store' -e '^hint: ' err.* && fail "unexpected errors, above"
succeeds "$fetch" busybox
same_files exported1 "$LOCKSTEP_STORE/rootfs/busybox"
[[ $(find "$LOCKSTEP_STORE/blobs" -type f | wc -l) == 3 ]] || fail "blobs are left: $(find "$LOCKSTEP_STORE/blobs")"
finish
