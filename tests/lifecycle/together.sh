#!/bin/bash
# Two at once on one container: exactly one `start` wins; start against delete leaves it running or gone, never
# half; two `create`s of one ID.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
readonly kRounds=30
step=$newest
new_config "$step" sleep 1000
"$step" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)

# both COMMAND COMMAND: two of the step's at once; fills `codes`, and /run/test/1 and 2 with what they say.
# shellcheck disable=SC2086  # split into words
both() {
  local first second
  codes=(0 0)
  "$step" $1 > /run/test/1 2>&1 < /dev/null & first=$!
  "$step" $2 > /run/test/2 2>&1 < /dev/null & second=$!
  wait $first || codes[0]=$?
  wait $second || codes[1]=$?
}

one_wins() {
  local loser
  case ${codes[*]} in
    '0 1') loser=2 ;;
    '1 0') loser=1 ;;
    *) fail "$1: exactly one was to win: ${codes[*]}: $(cat /run/test/1 /run/test/2)"; return ;;
  esac
  [[ $(< /run/test/$loser) == *"$2"* ]] || fail "$1: the loser was to say: $2, and said: $(< /run/test/$loser)"
}

for (( round = 0; round < kRounds; ++round )); do
  both "create --bundle $bundle x" "create --bundle $bundle x"
  one_wins "round $round, create" 'exists already'
  both 'start x' 'start x'
  one_wins "round $round, start" 'cannot start an already running container'
  shows running
  "$step" delete --force x

  creates --bundle "$bundle" x
  both 'start x' 'delete --force x'
  (( codes[1] == 0 )) || fail "round $round: delete --force fails: $(< /run/test/2)"
  [[ -z $("$step" list -q) ]] || fail "round $round: delete --force leaves $("$step" list)"
  creates --bundle "$bundle" x
  both 'start x' 'delete x'
  case ${codes[*]} in
    '0 1') shows running ;;
    '1 0') [[ -z $("$step" list -q) ]] || fail "round $round: deleted, and there: $("$step" list)" ;;
    *) fail "round $round: start and delete end with ${codes[*]}: $(cat /run/test/1 /run/test/2)" ;;
  esac
  "$step" delete --force x
done
unchanged "$before" "$kRounds rounds" /run/test/work
finish
