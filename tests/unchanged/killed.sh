#!/bin/bash
# SIGKILL of the runtime at 20 moments, spread evenly over its system calls (strace delivers it), in run, exec and
# delete; then `delete --force`. Nothing is left: no process, no mount, no state, no PID file, no temporary file.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
command -v strace > /dev/null || skip "strace is missing: make deps-test installs it"
strace -o /dev/null -e trace=none true 2> /dev/null || skip "strace may not trace here"
readonly kMoments=20
"$newest" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)
killed=0 moments=0

# calls_of COMMAND…: fills `calls` with its system calls, as strace's filter for that very one: the N-th of its
# name. Its children's are not among them.
calls_of() {
  strace -qq -o /run/calls "$@" > /dev/null 2>&1 < /dev/null || fail "it fails when it is only traced: $*"
  mapfile -t calls < <(awk -F '(' '/^[a-z]/ { print $1 ":signal=KILL:when=" ++seen[$1] }' /run/calls)
}

# kill_at CALL COMMAND…: at the entry to that system call. (The outer shell remains, to keep the word "Killed" away.)
kill_at() {
  local call=$1 ended=0
  shift
  (strace -qq -o /dev/null -e inject="$call" "$@" > /dev/null 2>&1 < /dev/null; exit) 2> /dev/null || ended=$?
  (( ended != 137 )) || killed=$((killed + 1))
}

# gone WHAT: nothing is left after delete --force of every container that there is.
gone() {
  local id
  for id in $("$step" list -q); do
    succeeds "$step" delete --force "$id"
  done
  unchanged "$before" "$1" /run/test/work
  before=$now
}

is_stopped() { [[ $("$step" list) == *stopped* ]]; }

# each_moment WHAT PREPARE COMMAND…: PREPARE is run before each try.
each_moment() {
  local what=$1 prepare=$2 calls=() i call
  shift 2
  eval "$prepare"
  calls_of "$@"
  gone "$what, not killed"
  for (( i = 0; i < kMoments; ++i )); do
    call=$((1 + i * ${#calls[@]} / kMoments))  # not the first: execve
    eval "$prepare"
    moments=$((moments + 1))
    kill_at "${calls[call]}" "$@"
    gone "$what, killed at system call $call of ${#calls[@]}, ${calls[call]}"
  done
}

# A foreground exec whose runtime is killed takes its program along; the container itself goes on.
exec_takes_its_program_along() {
  local calls=() last=0 i call
  eval "$start"
  calls_of "$step" exec x true
  while [[ ${calls[last]} != poll:* ]]; do last=$((last + 1)); done  # there it waits for the program's end
  for (( i = 0; i < kMoments; ++i )); do
    call=$((1 + i * last / kMoments))
    if (( i == 0 )); then call=$last; fi
    moments=$((moments + 1))
    kill_at "${calls[call]}" "$step" exec x sleep 1000
    eventually is_alone || fail "$step exec, killed at ${calls[call]}: its program runs on: $("$step" ps x)"
  done
  gone "$step exec, killed often"
}
is_alone() { [[ $("$step" ps -f json x) =~ ^\[[0-9]+\]$ ]]; }

for step in "${steps[@]:1}"; do
  container=("$step" run --id x)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  start="${container[*]} --detach --pid-file pid sleep 1000 > /dev/null"
  each_moment "$step run" true "${container[@]}" --pid-file pid true
  each_moment "$step run --detach" true "${container[@]}" --detach --pid-file pid sleep 1000
  ! static "$step" || each_moment "$step run --init" true "${container[@]}" --init true
  ! has_rootfs "$step" || each_moment "$step run --tty" true "${container[@]}" --tty=true --volume /usr:/mnt true
  each_moment "$step exec" "$start" "$step" exec x true
  exec_takes_its_program_along
  each_moment "$step exec --detach" "$start" "$step" exec --detach x sleep 1000
  each_moment "$step delete --force" "$start" "$step" delete --force x
  each_moment "$step delete" "$start; $step kill x KILL; eventually is_stopped" "$step" delete x
done
echo "$killed of $moments were killed"
(( killed > moments * 9 / 10 )) || fail "only $killed of $moments were killed: this tried too little"
finish
