#!/bin/bash
# A container's processes, by its own table and by the host's ps; never another's.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"

sleep 4711 & hosts=$!
start_box -- sh -c 'sleep 1234 & while :; do :; done'
pid=$("$newest" state x | sed -n 's/.*"pid": \([0-9]*\),/\1/p')
two() { (( $("$newest" ps x | wc -l) == 3 )); }
eventually two || fail "it doesn't get there: $("$newest" ps x)"
succeeds "$newest" top x
[[ $out =~ ^PID\ +PARENT\ +UID\ +UID-INSIDE\ +STATE\ +TIME\ +COMMAND$'\n' ]] || fail "another heading$(seen)"
(( $(wc -l <<< "$out") == 3 )) || fail "two processes were expected$(seen)"
uid=$(stat -c %u "/proc/$pid")
[[ $out =~ $'\n'$pid\ +[0-9]+\ +$uid\ +0\ +[RS]\ +00:00:0[0-9]\ +sh\ -c ]] || fail "its first process isn't there as it is$(seen)"
[[ $out == *'sleep 1234'* && $out != *4711* ]] || fail "not just its own processes$(seen)"
computed() { [[ $("$newest" top x) =~ $'\n'$pid\ .*\ 00:00:0[1-9]\  ]]; }
eventually computed || fail "it computes, but its time stays 0: $("$newest" top x)"

if command -v ps > /dev/null; then
  for options in -ef aux '-eo pid,comm' '-e -o user:20 -o pid -o args'; do
    # shellcheck disable=SC2086  # words
    succeeds "$newest" top x $options
    (( $(wc -l <<< "$out") == 3 )) || fail "two processes were expected$(seen)"
    [[ $out == *sleep* && $out != *4711* ]] || fail "not just its own processes$(seen)"
  done
  refuses 1 'no column PID' "$newest" top x -eo comm
  hints '-o pid'
  refuses 1 'without a number' "$newest" top x -eo args,pid
  refuses 1 'exited with 1' "$newest" top x --no-such-option-of-ps
  # A name that would write to the terminal.
  try "$newest" exec --detach x sh -c 'sleep 1000; true' $'a\e[31mb'
  three() { (( $("$newest" ps x | wc -l) == 5 )); }
  eventually three || fail "not two more processes: $("$newest" ps x)"
  succeeds "$newest" top x -ef
  [[ $out != *$'\e'* ]] || fail "a control character$(seen)"
else
  refuses 1 'not installed' "$newest" top x -ef
fi
succeeds "$newest" top x
[[ $out != *$'\e'* ]] || fail "a control character$(seen)"
succeeds "$newest" pause x
succeeds "$newest" top x
[[ $out == *'sleep 1234'* ]] || fail "a paused one's processes$(seen)"
end_box
start_box -- true
stopped() { [[ $("$newest" state x) == *'"status": "stopped"'* ]]; }
eventually stopped
refuses 1 'is stopped' "$newest" top x
end_box
refuses 1 'does not exist' "$newest" top x
refuses 1 "a container's ID" "$newest" top
kill "$hosts"
nothing_left "at the end"
finish
