#!/bin/bash
# Layouts that somebody made on purpose: each is refused with the reason, soon, with little memory; nothing outside is
# touched, and the store is as before.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
for program in python3 zstd; do
  command -v "$program" > /dev/null || { echo "skipped: $program is needed to make the layouts"; exit 77; }
done
cd "$temporary"
succeeds "$fetch" busybox
mkdir evil evil/outside
echo untouched > evil/outside/victim
python3 "$LOCKSTEP_SOURCE/tests/images/hostile_layouts.py" "$temporary/evil" > list
names() { find "$LOCKSTEP_STORE" evil/outside -printf '%p %y %s %n\n' | sort; }
before=$(names)
index=$(< "$LOCKSTEP_STORE/index.json")

count=0
while IFS=$'\t' read -r name words; do
  refuses "$words" timeout 60 "$fetch" pull --max-size 200M "oci:evil/$name"
  [[ $(names) == "$before" && $(< "$LOCKSTEP_STORE/index.json") == "$index" ]] ||
    fail "$name: the store has changed: $(diff <(echo "$before") <(names))"
  [[ $(< evil/outside/victim) == untouched ]] || fail "$name: a file outside was changed"
  count=$((count + 1))
done < list
(( count >= 30 )) || fail "only $count layouts were tried"
succeeds "$fetch" verify

# The same as archives: what is in a tar is no better than what is in a folder.
for name in dots link cut flipped lying-diff-id no-blob; do
  tar cf "$name.tar" -C "evil/$name" .
  refuses "" timeout 60 "$fetch" load -i "$name.tar"
  [[ $(names) == "$before" ]] || fail "$name.tar: the store has changed"
done
# Names in an archive lead nowhere: they are no paths.
mkdir tree
tar cf climbing.tar -P --transform "s,^tree,$temporary/evil/outside/../outside," tree
tar rf climbing.tar -P --transform "s,^list,../../$(basename "$temporary")/evil/outside/victim," list
refuses 'is no archive of images' "$fetch" load -i climbing.tar
[[ $(< evil/outside/victim) == untouched ]] || fail "an archive's name was a path"
echo "$count layouts were refused"
finish
