# For the scripts beside it: the lessons in order, and a way to fail that shows every failure.
# shellcheck shell=bash

mapfile -t lessons < <("$LOCKSTEP_SOURCE/tools/steps.sh" "$LOCKSTEP_SOURCE" | cut -d ' ' -f 1)
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

finish() {
  (( ${#lessons[@]} )) || fail "CMakeLists.txt has no add_step line"
  (( failures == 0 )) || { echo "$failures failures"; exit 1; }
}
