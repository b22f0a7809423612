#!/bin/bash
# The unrolled ladder is what it says: the sources' own bytes; one step and the next differ by the
# two files that tell the story, one line of CMakeLists.txt and one new folder; and ladder.git has
# the same contents, a commit a step.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
ladder=$LOCKSTEP_BUILD/ladder git=$LOCKSTEP_BUILD/ladder.git
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

same() { diff -r "$1" "$2" || fail "$1 and $2 are not the same"; }

same_bytes() {  # INDEX
  local folder=$ladder/${lessons[$1]} step=$LOCKSTEP_SOURCE/steps/${lessons[$1]} j
  same "$LOCKSTEP_SOURCE/common" "$folder/common"
  same "$step/container.cpp" "$folder/container.cpp"
  same "$step/main.cpp" "$folder/main.cpp"
  for (( j = 0; j <= $1; ++j )); do
    diff -r -x container.cpp -x main.cpp "$LOCKSTEP_SOURCE/steps/${lessons[j]}" \
      "$folder/${lessons[j]}" || fail "$folder/${lessons[j]} differs from the source"
  done
  [[ ! -e $folder/${lessons[$1]}/main.cpp ]] || fail "$folder: the feature's folder has a main.cpp"
}

one_folder_more() {  # INDEX of the later step
  local before=${lessons[$1 - 1]} after=${lessons[$1]} lines expected
  lines=$(cd "$ladder"; LC_ALL=C diff -rq "$before" "$after" || (( $? == 1 )))
  expected="Only in $after: $after
Files $before/CMakeLists.txt and $after/CMakeLists.txt differ
Files $before/container.cpp and $after/container.cpp differ
Files $before/main.cpp and $after/main.cpp differ"
  [[ $(LC_ALL=C sort <<< "$lines") == "$(LC_ALL=C sort <<< "$expected")" ]] ||
    fail "$before -> $after: not two files, one CMake line and one folder:"$'\n'"$lines"
  lines=$(diff "$ladder/$before/CMakeLists.txt" "$ladder/$after/CMakeLists.txt" | grep '^[<>]' || true)
  [[ $lines == "> add_feature($after "*')' ]] || fail "$after/CMakeLists.txt: not one line more: $lines"
}

same_commit() {  # INDEX
  local lesson=${lessons[$1]} tag=step${lessons[$1]%%-*}
  mkdir "$temporary/$tag"
  git --git-dir="$git" archive "$tag" | tar -x -C "$temporary/$tag"
  same "$temporary/$tag" "$ladder/$lesson"
  [[ $(git --git-dir="$git" rev-list --count "$tag") == $(($1 + 1)) ]] ||
    fail "$tag is not commit number $(($1 + 1))"
}

for i in "${!lessons[@]}"; do
  same_bytes "$i"
  (( i == 0 )) || one_folder_more "$i"
  same_commit "$i"
done
finish
