#!/bin/bash
# A step is read as its difference to the one before, so the differences stay small: container.cpp
# and main.cpp gain at most 15 lines and lose at most 3.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

for (( i = 1; i < ${#lessons[@]}; ++i )); do
  for file in container.cpp main.cpp; do
    before=$LOCKSTEP_SOURCE/steps/${lessons[i - 1]}/$file
    after=$LOCKSTEP_SOURCE/steps/${lessons[i]}/$file
    lines=$(diff "$before" "$after" || (( $? == 1 )))
    added=$(grep -c '^>' <<< "$lines" || true)
    removed=$(grep -c '^<' <<< "$lines" || true)
    echo "${lessons[i - 1]} -> ${lessons[i]}: $file: $added added, $removed removed"
    # Not 01 -> 02: with a PID to speak of a container becomes a thing that can be listed, joined and
    # killed, so the commands that do so, the state file and the undo notes all arrive at once.
    [[ ${lessons[i]} == 02-* ]] && continue
    (( added <= 15 )) || fail "$after adds $added lines to ${lessons[i - 1]}'s, over 15"
    (( removed <= 3 )) || fail "$after removes $removed lines of ${lessons[i - 1]}'s, over 3"
  done
done
finish
