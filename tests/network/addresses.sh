#!/bin/bash
# Addresses: the next free one, one that was asked for, one that is taken; MAC addresses, MTU, queue, routes; what
# happens when there are none left.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"

shows() { [[ $out == *"$1"* ]] || fail "expected $1$(seen)"; }

network create web --subnet 10.77.5.0/29 --gateway 10.77.5.6 --opt mtu=1400 --opt txqueuelen=77 \
  --route 10.99.0.0/16,10.77.5.5 --opt com.docker.network.bridge.name=webbridge
a_container one --network web
succeeds inside one ip address show eth0
shows '10.77.5.1/29'
shows 'mtu 1400'
shows 'qlen 77'
shows '02:6c:0a:4d:05:01'
succeeds inside one ip route
shows 'default via 10.77.5.6 dev eth0'
shows '10.99.0.0/16 via 10.77.5.5 dev eth0'
succeeds ip address show webbridge
shows '10.77.5.6/29'
shows 'mtu 1400'

a_container three --network web --ip 10.77.5.3 --mac-address 02:00:00:00:00:03
succeeds inside three ip address show eth0
shows '10.77.5.3/29'
shows '02:00:00:00:00:03'
a_container two --network web
succeeds inside two ip address show eth0
shows '10.77.5.2/29'
a_container four --network web
succeeds inside four ip address show eth0
shows '10.77.5.4/29'

container=("$step" run --rootfs "$rootfs" --network web)
refuses 125 '10.77.5.3 is taken by container "three"' "${container[@]}" --ip 10.77.5.3 true
refuses 125 '10.77.5.6 is the gateway' "${container[@]}" --ip 10.77.5.6 true
refuses 125 "10.77.5.7 is no host's address" "${container[@]}" --ip 10.77.5.7 true
refuses 125 "10.77.5.0 is no host's address" "${container[@]}" --ip 10.77.5.0 true
refuses 125 'is in no subnet of network "web"' "${container[@]}" --ip 10.77.6.2 true
refuses 125 '10.77.5.4 and 10.77.5.5 are both in 10.77.5.0/29 of network "web"' "${container[@]}" --ip 10.77.5.4 --ip 10.77.5.5 true
refuses 125 'is in no subnet of network "web"' "${container[@]}" --ip6 fd00::2 true
refuses 125 'no address is left in the subnet 10.77.5.0/29' "${container[@]}" true  # .5 is the route's

# One that has ended gives its address up when it is needed; so does one that was deleted, at once.
succeeds "$step" kill two KILL
eventually eval '[[ $("$step" list) == *two*stopped* ]]' || fail "two did not end"
succeeds "${container[@]}" ip -o -4 address show eth0
shows '10.77.5.2/29'
succeeds "$step" delete two
succeeds "$step" delete --force one
succeeds "${container[@]}" ip -o -4 address show eth0
shows '10.77.5.1/29'

# The machine was started anew: /run is empty, the bridge is gone; the network is remembered.
"$step" delete --force three four
a_container old --network web -p 8080:80
ip link delete webbridge
nft flush ruleset
rm -r /run/lockstep
succeeds "${container[@]}" -p 8080:80 ip -o -4 address show eth0
shows '10.77.5.1/29'
succeeds "$step" network rm web

# Networks that name no subnet get different ones, and none that this machine already has a route to.
ip route add 10.77.1.0/24 dev wan
for name in a b c; do network create $name; done
succeeds "$step" network ls
for subnet in 10.77.0.0/24 10.77.2.0/24 10.77.3.0/24; do shows "$subnet"; done
network create v6 --ipv6
succeeds "${container[@]:0:4}" --network v6 ip -o -6 address show eth0 scope global
[[ $out =~ \ fd[0-9a-f]{2}:[0-9a-f:]*::2/64 ]] || fail "expected an address of its own$(seen)"
[[ $out != *tentative* ]] || fail "the address can't be used yet$(seen)"
succeeds "${container[@]:0:4}" --network v6 --ip6 "$(sed -n 's/.* \(fd[0-9a-f:]*::\)2.*/\1/p' <<< "$out")77" ip -o -6 address show eth0
shows '::77/64'
finish
