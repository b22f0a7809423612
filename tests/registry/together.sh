#!/bin/bash
# Several pulls at once on one store: of one image they share the work, of several with common layers, too.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image sizeable 2
registry plain
fill sizeable "$host/test/sizeable:v1"
fill sizeable "$host/test/other:v1"
front slow "$host" slow 8000000
whole=$(du -bc "$layout"/blobs/sha256/* | tail -1 | cut -f1)

# together REFERENCE…: all at once.
together() {
  local reference pids=() number=0
  : > slow.requests
  fresh_store
  for reference; do
    number=$((number + 1))
    timeout 60 "$fetch" "$reference" > "out.$number" 2>&1 &
    pids+=($!)
  done
  for number in "${!pids[@]}"; do
    wait "${pids[number]}" || fail "one of $# pulls at once: $(< "out.$((number + 1))")"
  done
  for reference; do succeeds "$fetch" inspect "$reference"; done
}
sent() { jq -s 'map(select(.path | test("/blobs/")).sent) | add' slow.requests; }

name=$host/test/sizeable:v1
together "$name" "$name"
(( $(sent) < whole * 3 / 2 )) || fail "two pulls of one image: $(sent) bytes for $whole"
together "$name" "$host/test/other:v1" "$name" "$host/test/other:v1"
(( $(sent) < whole * 3 / 2 )) || fail "pulls of two images of the same layers: $(sent) bytes for $whole"

# One of them is killed: the other ends it.
fresh_store
timeout --foreground --signal=KILL 0.3 "$fetch" "$name" > /dev/null 2>&1 &
first=$!
sleep 0.1
pulls "$name"
wait "$first" || true

# Pulling, listing, removing, pruning at once: an image that is listed is whole.
for round in 1 2 3; do
  timeout 60 "$fetch" "$name" > out.1 2>&1 &
  pulling=$!
  while kill -0 "$pulling" 2> /dev/null; do
    "$fetch" list -q > listed 2> "$said/err" || fail "list while pulling: $(< "$said/err")"
    "$fetch" prune > "$said/out" 2>&1 || fail "prune while pulling: $(< "$said/out")"
    sleep 0.05
  done
  wait "$pulling" || fail "round $round: pulling while others prune: $(< out.1)"
  succeeds "$fetch" inspect "$name"
  succeeds "$fetch" rm "$name"
done
finish
