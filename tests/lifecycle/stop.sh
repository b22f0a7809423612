#!/bin/bash
# `stop`: the signal that was asked for, time to clean up, and then the certain end. And what waits for `start` has a
# session of its own: its creator's terminal is no matter to it.
# shellcheck disable=SC2016  # the containers' shells expand it
set -euo pipefail
. "$(dirname "$0")/lib.sh"
step=$newest
said=$rootfs/said
chown "$(root_inside "$step")" "$rootfs"
# begin SCRIPT OPTION…: a container x that has come to its traps.
begin() {
  local script=$1
  shift
  rm -f "$said"
  "$step" run --detach --id x --rootfs "$rootfs" "$@" sh -c "$script; echo ready > /said; while :; do sleep 0.05; done" > /dev/null
  eventually grep -qs ready "$said" || fail "it does not begin"
}
state() { "$step" list --format json | jq -r '.[0].status'; }
ended() {
  [[ $(state) == stopped ]] || fail "it is $(state)"
  [[ $(< "$said") == "$1" ]] || fail "expected $1, it said: $(< "$said")"
  succeeds "$step" delete x
}
seconds() { local begun=$SECONDS; "$@"; took=$((SECONDS - begun)); }

begin 'trap "echo term > /said; exit" TERM'
seconds succeeds "$step" stop x
[[ $out == x ]] || fail "expected its ID$(seen)"
(( took < 9 )) || fail "it was not asked, but waited for: $took s"
ended term

begin 'trap "echo usr1 > /said; exit" USR1; trap "" TERM' --stop-signal SIGUSR1
succeeds "$step" stop x
ended usr1

# One that doesn't listen.
begin 'trap "" TERM'
seconds succeeds "$step" stop --time 1 x
(( took < 9 )) || fail "--time 1 took $took s"
ended ready

# What has stopped is what was asked for; what isn't there, is said, and the others are stopped all the same.
begin true
try "$step" stop --time 0 y x
ends_with 1
says 'container "y" does not exist'
[[ $out == x ]] || fail "expected x$(seen)"
succeeds "$step" stop x
"$step" delete x
for wrong in -1 x 1.5 999999; do refuses 1 'expected seconds' "$step" stop "--time=$wrong" x; done
refuses 125 'is no signal' "$step" run --stop-signal NONE --rootfs "$rootfs" true
refuses 1 'ID is needed' "$step" stop

# A session of its own, before `start`: no hang-up, no Ctrl-C of the terminal's reaches it.
"$step" create --rootfs "$rootfs" x sleep 1000 > /run/said 2>&1 || fail "create: $(< /run/said)"
pid=$("$step" state x | jq .pid)
read -r _ _ _ _ group session _ < "/proc/$pid/stat"
[[ $group == "$session" && $session != "$(ps -o sid= -p $$ | tr -d ' ')" ]] ||
  fail "a created container is in group $group, session $session"
[[ $(awk '/^NSsid/ { print $NF }' "/proc/$pid/status") == 1 ]] || fail "it leads no session"
succeeds "$step" start x
succeeds "$step" delete --force x
finish
