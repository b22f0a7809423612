#!/bin/bash
# SIGKILL of commit, or of the image tool, at any moment: what the store lists is whole, nobody is left working
# on it, the container is as it was, and the next commit does its work and clears what was left.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox
sandbox one busybox
python3 "$here/change.py" "$merged"
rm "$merged/tmp/sock"
head -c 3000000 /dev/urandom > "$merged/random"
tree "$merged" > seen
umount "$merged"
export SOURCE_DATE_EPOCH=0
try step commit one reference
digest=$out
before=$(cd "$upper" && find . -printf '%p %i %T@ %C@\n' | sort | sha256sum)
whole=1000000  # how long it takes here at least, in ms: what else the machine does must not make it seem long
for _ in {1..4}; do
  started=$(date +%s%N)
  try step commit one image
  took=$(( ($(date +%s%N) - started) / 1000000 + 5 ))
  whole=$((took < whole ? took : whole))
  succeeds fetch rm image
done
killed=0

for i in {1..24}; do
  at=$((i * whole / 22 + 1))
  pause=$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))
  if (( i % 2 )); then
    timeout --foreground --signal=KILL "$pause" "$newest" --root "$root" commit one image > /dev/null 2>&1 || killed=$((killed + 1))
  else
    timeout --foreground --signal=KILL "$pause" rootfs-fetch add-layer --base busybox "$upper" image > /dev/null 2>&1 || killed=$((killed + 1))
  fi
  eventually sh -c '! pgrep -x rootfs-fetch > /dev/null' || fail "moment $i: rootfs-fetch still works"
  for name in $(fetch list -q); do
    fetch inspect "$name" > /dev/null 2>&1 || fail "moment $i: $name is listed and not whole"
    fetch export -q "$name" out > /dev/null 2>&1 || fail "moment $i: $name is listed and can't be exported"
    rm -rf out
  done
  [[ $before == "$(cd "$upper" && find . -printf '%p %i %T@ %C@\n' | sort | sha256sum)" ]] || fail "moment $i: the container's files have changed"
  try step commit one image
  [[ $status == 0 && $out == "$digest" ]] || fail "moment $i: the next commit$(seen)"
  [[ -z $(ls -A "$store/.workshop") ]] || fail "moment $i: left in the workshop: $(ls -A "$store/.workshop")"
  succeeds fetch rm image
done
(( killed >= 8 )) || fail "only $killed of 24 were killed in time: this tried too little"
echo "$killed of 24 were killed"
try step commit one image
fetch export -q image out
tree out > exported
same_trees "after all that" seen exported
succeeds fetch rm image
succeeds fetch rm reference
succeeds fetch rm busybox
rm -r "$store/containers"
succeeds fetch busybox
succeeds fetch rm busybox
[[ -z $(find "$store/blobs" "$store/layers" -mindepth 2) ]] || fail "left for good: $(find "$store/blobs" "$store/layers" -mindepth 2 | head -3)"
finish
