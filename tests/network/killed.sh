#!/bin/bash
# 30 runs with a network, a published port and a neighbour, the runtime killed at moments spread over its system
# calls (and its nft with it, or not); then `delete --force`: links, rules, settings, files are as they were. ip_forward is
# restored with the last one, and stays what it was if it was on before.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v strace > /dev/null || skip "strace is missing: make deps-test installs it"
strace -o /dev/null -e trace=none true 2> /dev/null || skip "strace may not trace here"
readonly kMoments=30

network create web
"$step" run --rootfs "$rootfs" --network web true  # from here on there is the bridge
for forwarding in 0 1; do
  echo $forwarding > /proc/sys/net/ipv4/ip_forward
  before=$(network_state)
  "$step" run --rootfs "$rootfs" --network web -p 8080:80 true
  back_to "$before" "a run that ended by itself"
done
echo 0 > /proc/sys/net/ipv4/ip_forward
before=$(network_state)

each=("$step" run --id x --rootfs "$rootfs" --network web -p 8080:80 true)
strace -qq -o /run/calls "${each[@]}" > /dev/null 2>&1 < /dev/null
calls_of_last() {  # not those that the kernel begins anew (a write to ip_forward): how often is chance
  mapfile -t calls < <(awk -F '(' '/^[a-z]/ && !/= \? ERESTART/ { print $1 ":signal=KILL:when=" ++seen[$1] }' /run/calls)
}
calls_of_last
killed=0
for (( i = 0; i < kMoments; ++i )); do
  call=${calls[1 + i * ${#calls[@]} / kMoments]}
  status=0
  (strace -qq -o /dev/null -e inject="$call" "${each[@]}" > /dev/null 2>&1 < /dev/null; exit) 2> /dev/null || status=$?
  (( status != 137 )) || killed=$((killed + 1))
  for id in $("$step" list -q); do succeeds "$step" delete --force "$id"; done
  back_to "$before" "killed at $call"
done
echo "$killed of $kMoments were killed"
(( killed > kMoments * 9 / 10 )) || fail "only $killed of $kMoments were killed: this tried too little"

# delete itself is killed, and repeated.
detached=("$step" run --id x --rootfs "$rootfs" --network web -p 8080:80 --detach sleep 1000)
"${detached[@]}" > /dev/null
strace -qq -o /run/calls "$step" delete --force x > /dev/null 2>&1
calls_of_last
for (( i = 0; i < kMoments; ++i )); do
  call=${calls[1 + i * ${#calls[@]} / kMoments]}
  "${detached[@]}" > /dev/null
  (strace -qq -o /dev/null -e inject="$call" "$step" delete --force x > /dev/null 2>&1; exit) 2> /dev/null || true
  for id in $("$step" list -q); do succeeds "$step" delete --force "$id"; done
  back_to "$before" "delete, killed at $call"
done
network rm web
[[ $(ip -o link) != *ls-web* && -z $(nft list ruleset) ]] || fail "network rm left something"
finish
