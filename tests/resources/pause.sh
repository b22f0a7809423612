#!/bin/bash
# A paused container stands still, says so, refuses what makes no sense, goes on as if nothing had been; and can be
# ended while it stands.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"
is() { [[ $("$newest" state x) == *"\"status\": \"$1\""* ]]; }
counting='i=0; while :; do i=$((i + 1)); echo $i > /dev/shm/count; done'
count() { "$newest" exec x cat /dev/shm/count; }
ticks() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 12,13; }

start_box -- sh -c "$counting"
pid=$("$newest" state x | sed -n 's/.*"pid": \([0-9]*\),/\1/p')
succeeds "$newest" pause x
is paused || fail "state: $("$newest" state x)"
[[ $("$newest" list) == *paused* ]] || fail "list: $("$newest" list)"
before=$(ticks "$pid")
sleep 0.3
[[ $(ticks "$pid") == "$before" ]] || fail "it computes while it is paused"
refuses 1 'is paused, not running' "$newest" pause x
refuses 125 'is paused' "$newest" exec x true
hints 'resume x'
refuses 1 'is paused' "$newest" delete x
refuses 1 'already running' "$newest" start x
succeeds "$newest" resume x
is running || fail "state: $("$newest" state x)"
goes_on() { [[ $(ticks "$pid") != "$before" ]]; }
eventually goes_on || fail "it doesn't go on"
refuses 1 'is running, not paused' "$newest" resume x

# A pause that was killed before it could write so.
freezer=$(folder_of freezer)
if [[ -n $freezer ]]; then echo FROZEN > "$freezer/lockstep-x/freezer.state"; else echo 1 > "$(folder_of unified)/lockstep-x/cgroup.freeze"; fi
succeeds "$newest" resume x
before=$(ticks "$pid")
eventually goes_on || fail "it doesn't go on after a pause that was killed"
end_box

for way in 'delete --force x' 'kill x KILL' 'stop --time 0 x' 'rm --force x'; do
  start_box -- sleep 1000
  succeeds "$newest" pause x
  # shellcheck disable=SC2086  # words
  try "$newest" $way
  ends_with 0
  ended() { ! "$newest" state x > /dev/null 2>&1 || is stopped; }
  eventually ended || fail "$way: a paused container doesn't end: $("$newest" state x)"
  end_box
done
refuses 1 'does not exist' "$newest" pause x
refuses 1 'does not exist' "$newest" resume x
start_box -- true
eventually is stopped
refuses 1 'is stopped, not running' "$newest" pause x
end_box
finish
