#!/bin/bash
# Lesson 01's attack: rename the host. It works for a bare command and from no step on. (The host is this test's
# own: see own_host.sh.)
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 01 "rename the host"

attack=(sh -c 'busybox hostname pwned && busybox hostname')
domain_attack=(sh -c 'echo pwned > /proc/sys/kernel/domainname; cat /proc/sys/kernel/domainname')

name_host() { busybox hostname victim && echo victim.example > /proc/sys/kernel/domainname; }
host_is() { [[ $(uname -n) == "$1" ]] || fail "expected the host name $1, it is $(uname -n): after $tried"; }
domain_is() {
  local name
  name=$(< /proc/sys/kernel/domainname)
  [[ $name == "$1" ]] || fail "expected the host's domain name $1, it is $name: after $tried"
}

name_host
try "${attack[@]}"
host_is pwned
try "${domain_attack[@]}"
domain_is pwned
tally host works

for step in "${steps[@]}"; do
  name_host
  # shellcheck disable=SC2046  # at most one word
  succeeds in_step "$step" $(may_mount "$step") -- "${attack[@]}"
  [[ $out == pwned ]] || fail "the attack did not even rename its own container$(seen)"
  host_is victim
  try in_step "$step" -- "${domain_attack[@]}"  # from step 03 on /proc/sys is read-only
  domain_is victim.example
  succeeds in_step "$step" --hostname box --domainname box.example -- \
    sh -c 'busybox hostname; cat /proc/sys/kernel/domainname'
  [[ $out == $'box\nbox.example' ]] || fail "expected the container's own names$(seen)"
  host_is victim
  domain_is victim.example
  tally "$step" stopped
done
finish
