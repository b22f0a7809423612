#!/bin/bash
# SIGKILL while pulling, at several moments: no half image is listed, the next pull ends it, and asks for less than everything.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image sizeable 8
registry plain
fill sizeable "$host/test/sizeable:v1"
umoci unpack --rootless --image "$layout:sizeable" bundle 2> /dev/null
whole=$(du -bc "$layout"/blobs/sha256/* | tail -1 | cut -f1)
front slow "$host" slow 8000000  # a second for each layer
name=$host/test/sizeable:v1
killed=0
for moment in 0.03 0.1 0.2 0.3 0.5 0.7 0.9; do
  fresh_store
  status=0
  timeout --foreground --signal=KILL "$moment" "$fetch" "$name" > /dev/null 2>&1 || status=$?
  (( status != 137 )) || killed=$((killed + 1))
  [[ $status == 0 || $("$fetch" list -q 2> /dev/null) == "" ]] || fail "killed after $moment s, and it is listed"
  sleep 0.2  # the front notices, too
  : > slow.requests
  pulls "$name"
  rm -rf out
  succeeds "$fetch" export "$name" out
  diff -r --no-dereference bundle/rootfs out > "$said/diff" || fail "killed after $moment s, then another image: $(head -3 "$said/diff")"
  left=$(find "$LOCKSTEP_STORE"/.[!.]* -mindepth 1 2> /dev/null | head -3)
  [[ -z $left ]] || fail "killed after $moment s, then left: $left"
  sent=$(jq -s 'map(.sent) | add' slow.requests)
  echo "killed after $moment s: $((sent * 100 / whole)) % had to come again"
  [[ $moment != 0.9 ]] || (( sent < whole * 9 / 10 )) || fail "a killed pull begins anew: $sent of $whole bytes"
done
(( killed >= 5 )) || fail "only $killed of 7 were killed in time"

# SIGTERM and a lost terminal are an end, too.
for signal in TERM HUP INT; do
  fresh_store
  timeout --foreground --signal="$signal" 0.3 "$fetch" "$name" > /dev/null 2>&1 && fail "SIG$signal did nothing"
  [[ $("$fetch" list -q) == "" ]] || fail "SIG$signal, and it is listed"
done
pulls "$name"
finish
