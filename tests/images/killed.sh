#!/bin/bash
# SIGKILL at any moment: what the store lists is whole, the next call does its work and clears what was
# left.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
digest=$("$fetch" busybox -q)
"$fetch" export busybox reference > /dev/null
started=$(date +%s%N)
"$fetch" --store "$temporary/timing" busybox -q > /dev/null
whole=$(( ($(date +%s%N) - started) / 1000000 + 5 ))  # how long making takes here, in ms
killed=0

# kill_after MILLISECONDS COMMAND…  (--foreground: else timeout kills itself, too, and the script would
# go on while the other is still dying, with its lock)
kill_after() {
  local pause
  pause=$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))
  shift
  timeout --foreground --signal=KILL "$pause" "$@" > /dev/null 2>&1 || killed=$((killed + 1))
}

for i in {1..20}; do
  rm -rf "$LOCKSTEP_STORE"
  (( i % 3 )) || "$fetch" busybox -q > /dev/null  # sometimes there is one, and it is being removed
  if (( i % 3 )); then
    kill_after $((i * whole / 17 + 1)) "$fetch" busybox
  else
    kill_after $((i % 5 + 1)) "$fetch" rm busybox
  fi
  for name in $("$fetch" list -q 2> /dev/null); do
    "$fetch" inspect "$name" > /dev/null 2>&1 ||
      fail "moment $i: $name is listed and not whole"
  done
  [[ $("$fetch" busybox -q 2> "$said/err") == "$digest" ]] || fail "moment $i: $(< "$said/err")"
  same_files reference "$LOCKSTEP_STORE/rootfs/busybox"
  succeeds "$fetch" rm busybox  # it writes in any case, so it clears
  [[ -z $(ls -A "$LOCKSTEP_STORE/.workshop") ]] ||
    fail "moment $i: left in the workshop: $(ls -A "$LOCKSTEP_STORE/.workshop")"
  [[ -z $(find "$LOCKSTEP_STORE/blobs" "$LOCKSTEP_STORE/layers" -mindepth 2) ]] ||
    fail "moment $i: rm leaves what a killed one left"
done
succeeds "$fetch" busybox

for i in {1..8}; do
  kill_after $((i * 12)) "$fetch" export busybox out
  if [[ ! -e out ]]; then succeeds "$fetch" export busybox out; fi
  same_files reference out
  [[ ! -e .out.rootfs-fetch ]] || fail "export $i: the temporary folder is still there"
  rm -rf out
done
(( killed >= 8 )) || fail "only $killed of 28 were killed in time: this tried too little"
echo "$killed of 28 were killed"
finish
