#!/bin/bash
# 30 runs with a network, a published port and a neighbour, the runtime killed at moments spread over its system
# calls (and its nft with it, or not); then `delete --force`: links, rules, settings, files are as they were. ip_forward is
# restored with the last one, and stays what it was if it was on before.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
kMoments=30
. "$(dirname "$0")/../support/kill_moments.sh"

gone() {
  delete_all
  back_to "$before" "$1"
}

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

container=("$step" run --id x --rootfs "$rootfs" --network web -p 8080:80)
each_moment run true "${container[@]}" true
# delete itself is killed, and repeated.
each_moment delete "${container[*]} --detach sleep 1000 > /dev/null" "$step" delete --force x
enough_killed
network rm web
[[ $(ip -o link) != *ls-web* && -z $(nft list ruleset) ]] || fail "network rm left something"
finish
