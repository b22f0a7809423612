#!/bin/bash
# Lesson 02's attacks: signal a process of the host, and read the host's System V shared memory. Both work from
# step 01 and from no later one.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 02 "signal a process, read shared memory"
cp "$(command -v attacker-helper)" "$rootfs/bin"
readonly kKey=4711

start_victim() {
  sleep 1000 &
  victim=$!
  disown  # bash need not tell of its end
  while [[ $(< "/proc/$victim/comm") != sleep ]]; do :; done
}
lives() { [[ -e /proc/$victim ]] && [[ $(< "/proc/$victim/stat") != *') Z '* ]]; }

start_victim
succeeds in_step step01 -- sh -c "kill -KILL $victim"
eventually eval '! lives' || fail "the attack on a process does not even work from step 01$(seen)"

attacker-helper write-shared $kKey 'the secret'
succeeds in_step step01 -- attacker-helper read-shared $kKey
[[ $out == 'the secret' ]] || fail "the attack on the memory does not even work from step 01$(seen)"
tally step01 works

start_victim
for step in "${steps[@]:1}"; do
  try in_step "$step" -- sh -c "kill -KILL $victim"
  (( status != 0 )) || fail "expected a failure$(seen)"
  says 'No such process'
  lives || { fail "the host's process was killed$(seen)"; start_victim; }

  try in_step "$step" -- attacker-helper read-shared $kKey
  ends_with 1
  [[ $out != *secret* ]] || fail "the host's memory was read$(seen)"
  # shellcheck disable=SC2046  # at most one word
  succeeds in_step "$step" $(host_users "$step") --ipc host -- attacker-helper read-shared $kKey
  [[ $out == 'the secret' ]] || fail "with --ipc host it was meant to be read$(seen)"
  tally "$step" stopped
done
finish
