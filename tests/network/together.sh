#!/bin/bash
# 50 containers started at once get 50 addresses, and all names; then they are all deleted at once, and the host is
# as it was.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
before=$(network_state)
echo 0 > /proc/sys/net/ipv4/ip_forward
network create web
pids=()
for (( i = 1; i <= 50; ++i )); do
  "$step" run --rootfs "$rootfs" --id "c$i" --network web -p $((8000 + i)):80 --detach sleep 1000 > "out$i" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "one of them did not start: $(cat out*)"; done
for (( i = 1; i <= 50; ++i )); do "$step" exec "c$i" ip -o -4 address show eth0; done | sed 's/.* inet \([0-9.]*\).*/\1/' |
  sort -u > addresses
(( $(wc -l < addresses) == 50 )) || fail "expected 50 addresses: $(cat addresses)"
succeeds "$step" exec c1 cat /etc/hosts
for (( i = 2; i <= 50; ++i )); do [[ $out == *$'\t'"c$i"$'\n'* || $out == *$'\t'"c$i" ]] || fail "c1 doesn't know c$i$(seen)"; done
rules=$(nft list table inet lockstep | grep -c 'dport 80[0-9][0-9] ')
[[ $rules == 50 ]] || fail "expected 50 published ports, there are $rules"
[[ $(< /proc/sys/net/ipv4/ip_forward) == 1 ]] || fail "ip_forward is not 1"
pids=()
for (( i = 1; i <= 50; ++i )); do
  "$step" delete --force "c$i" > "out$i" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "one of them was not deleted: $(cat out*)"; done
[[ $(< /proc/sys/net/ipv4/ip_forward) == 0 ]] || fail "ip_forward is not what it was"
network rm web
back_to "$before" "50 containers"
finish
