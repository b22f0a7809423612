#!/bin/bash
# ps with options of ps's own, as runc has it: the host's ps, and of what it prints the container's lines.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v ps > /dev/null || skip "ps is missing (apt-get install procps)"
new_config lockstep sh -c 'sleep 1001 & sleep 1002; true'
creates --bundle "$bundle" x
succeeds lockstep start x
sleep 1003 &
there() { [[ $(lockstep ps x) == *"sleep 1001"* && $(lockstep ps x) == *"sleep 1002"* ]]; }
eventually there || fail "it doesn't run"

echo > /run/test/host-file
pids=$(lockstep ps -f json x)
for options in -ef "-- -ef" aux "-e -o pid,comm" "-e -o ppid,pid,args"; do
  # shellcheck disable=SC2086  # words they are
  succeeds lockstep ps x $options
  [[ $(sed 1d <<< "$out" | grep -c .) == 3 && $out == *PID*$'\n'*sleep* && $out != *1003* ]] || fail "ps x $options$(seen)"
done
succeeds lockstep ps x -e -o pid
[[ "[$(sed 1d <<< "$out" | tr -d ' ' | paste -sd ,)]" == "$pids" ]] || fail "the same processes: $pids$(seen)"
succeeds lockstep ps -f json x -ef
[[ $out == "$pids" ]] || fail "as JSON$(seen)"
succeeds lockstep ps --format table x -ef
prints 'sleep 1001'

# What is no option of ps's, a table without PIDs, and a host without ps.
try lockstep ps x --no-such-option
ends_with 1
says 'ps --no-such-option'
try lockstep ps x -e -o comm
ends_with 1
says 'no column PID'
# shellcheck disable=SC2016  # that shell expands it
try unshare --mount sh -c 'mount --bind /run/test/host-file "$(readlink -f "$(command -v ps)")" && lockstep ps x -ef'
ends_with 1
says 'not installed on the host'
try lockstep ps none -ef
ends_with 1
says 'does not exist'
succeeds step02 ps x -ef
[[ $out == *"sleep 1002"* && $out != *1003* ]] || fail "step02$(seen)"

# What a process calls itself writes nothing to a terminal but text.
succeeds lockstep exec --detach x sh -c 'sleep 1004; true' $'a\e[2Jb'
succeeds lockstep ps x -e -o pid,args
[[ $out != *$'\e'* ]] || fail "an escape sequence$(seen)"
kill %1
succeeds lockstep delete --force x
rm "$bundle/config.json"
unchanged "$before" "all of that" /run/test/work
finish
