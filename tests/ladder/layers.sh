#!/bin/bash
# Calls go down only: no step includes a later one, nothing in common/ or rootfs-fetch/ includes a
# step (but for `rootfs-fetch bundle`, which writes what they read), and each container.cpp includes every lesson so far, for its include list is their list.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$LOCKSTEP_SOURCE"

included_lessons() {  # FOLDER-OR-FILE…: "file lesson", once for each include of a lesson's header
  grep -rHoE '^ *# *include "(steps/)?[0-9]{2}-[a-z]+/' --include='*.[ch]pp' "$@" |
    sed -E 's/:[^"]*"/ /; s/\/$//' || true
}

for (( i = 0; i < ${#lessons[@]}; ++i )); do
  step=steps/${lessons[i]}
  while read -r file lesson; do
    [[ $lesson == steps/* ]] && fail "$file: includes \"$lesson/…\"; steps/ is an include root"
    [[ $lesson > ${lessons[i]} ]] && fail "$file: includes the later $lesson"
  done < <(included_lessons "$step")
  for (( j = 0; j <= i; ++j )); do
    included_lessons "$step/container.cpp" | grep -q " ${lessons[j]}$" ||
      fail "$step/container.cpp: does not include ${lessons[j]}"
  done
done

below=$(included_lessons common rootfs-fetch | grep -v ^rootfs-fetch/bundle_command.cpp || true)
[[ -z $below ]] || fail "below the steps, but includes one: $below"
finish
