#!/bin/bash
# Lesson 05's attacks: reach the host's abstract sockets and its loopback. Both work from step 04 and from no later
# one, unless the host's network is asked for by name.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 05 "reach the host's sockets"
cp "$(command -v attacker-helper)" "$rootfs/bin"
command -v ip > /dev/null || skip "ip is missing: make deps-test installs it"
ip link set lo up

attacker-helper tell session-bus 'the secret' &
eventually attacker-helper hear session-bus > /dev/null 2>&1 || fail "nobody answers on the host itself"
attacker-helper tell-port 5432 'the database' &
eventually attacker-helper hear-port 5432 > /dev/null 2>&1 || fail "nobody answers on the host's own loopback"

hears() {
  succeeds "${@:2}"
  [[ $out == "$1" ]] || fail "expected \"$1\"$(seen)"
}
hears_nothing() {
  try "$@"
  [[ $status != 0 && $out != *secret* && $out != *database* ]] || fail "the host's socket was reached$(seen)"
}

bus=(attacker-helper hear session-bus)
database=(attacker-helper hear-port 5432)
for step in "${steps[@]:3}"; do
  # An image's user may not be root from lesson 06 on: neither of these asks who calls.
  if [[ $step == step04 ]]; then
    hears 'the secret' in_step "$step" -- "${bus[@]}"
    hears 'the database' in_step "$step" -- "${database[@]}"
    tally "$step" works
    continue
  fi
  hears_nothing in_step "$step" -- "${bus[@]}"
  says 'Connection refused'
  hears_nothing in_step "$step" -- "${database[@]}"
  hears_nothing in_step "$step" --network none -- "${bus[@]}"

  # The door can be opened, by name: so this test would have seen a leak.
  hears 'the secret' in_step "$step" --network host -- "${bus[@]}"
  hears 'the database' in_step "$step" --network host -- "${database[@]}"
  tally "$step" stopped
done
finish
