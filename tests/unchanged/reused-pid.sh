#!/bin/bash
# A container's process has ended and another one has its number: that one is never signalled, joined or taken for it.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
"$newest" run --rootfs "$rootfs" true
before=$(snapshot)

lives() { [[ -e /proc/$1/stat && $(< "/proc/$1/stat") != *') Z '* ]]; }
is_gone() { [[ ! -e /proc/$1 ]]; }

# is_told_apart STEP PID: PID is another's, and must be alive behind all this.
is_told_apart() {
  local step=$1 pid=$2
  succeeds "$step" list
  [[ $out == *' stopped '* ]] || fail "expected stopped$(seen)"
  succeeds "$step" list -f json
  prints '"pid":0,"status":"stopped"'
  refuses 1 'container "x" is stopped' "$step" kill x KILL
  refuses 1 'container "x" is stopped' "$step" kill --all x KILL
  refuses 1 'container "x" is stopped' "$step" ps x
  refuses 125 'container "x" is stopped' "$step" exec x true
  succeeds "$step" delete --force x
  lives "$pid" || fail "$step: the other process was killed"
}

for step in "${steps[@]:1}"; do
  in_step "$step" --detach --id x -- sleep 1000 > /dev/null
  pid=$("$step" ps -f json x)
  pid=${pid//[!0-9]/}
  kill -KILL "$pid"
  eventually is_gone "$pid" || fail "PID $pid was not reaped"
  sleep 0.02  # start times are counted in hundredths of a second
  for (( tries = 0; tries < 100; ++tries )); do
    echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid
    sleep 1000 &
    other=$!
    disown
    (( other != pid )) || break
    kill -KILL $other
  done
  (( other == pid )) || { fail "$step: PID $pid could not be had again"; continue; }
  is_told_apart "$step" "$pid"
  kill -KILL "$pid"
  eventually is_gone "$pid"

  # The same without luck: the state file tells of another start. (Not where a process is the container's by its cgroup, too.)
  [[ $("$step" run --help) != *--pids-limit* ]] || continue
  in_step "$step" --detach --id x -- sleep 1000 > /dev/null
  pid=$("$step" ps -f json x)
  pid=${pid//[!0-9]/}
  sed -i 's/"startTime":\( *\)\([0-9]*\)/"startTime":\11\2/' /run/lockstep/x/state.json
  is_told_apart "$step" "$pid"
  kill -KILL "$pid"
  eventually is_gone "$pid"
done
unchanged "$before" "PIDs used again"
finish
