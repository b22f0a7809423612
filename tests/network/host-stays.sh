#!/bin/bash
# What a network must not do to the host: take away the routes that it learned from a router's advertisements, cut it
# off from its own networks, swallow connections to its own ::1. And another packet filter that drops what is
# forwarded is named.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
sysctl_of() { cat "/proc/sys/net/ipv6/conf/$1"; }

# A router outside advertises itself: type 134, hop limit 255, to all nodes.
outside ip -6 address add fe80::77/64 dev eth0 nodad
advertise() {
  outside python3 - "$1" << 'END'
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
link = socket.if_nametoindex('eth0')
s.bind(('fe80::77', 0, 0, link))
s.sendto(struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, int(sys.argv[1]), 0, 0), ('ff02::1', 0, 0, link))
END
}
has_route() { [[ $(ip -6 route) == *'default via fe80::77'* ]]; }
learns() { advertise 1800 && has_route; }
for forwarding in all wan; do echo 0 > /proc/sys/net/ipv6/conf/$forwarding/forwarding; done
echo 1 > /proc/sys/net/ipv6/conf/wan/accept_ra
ip link add shy type veth peer name shy2  # a link that believes nobody
echo 0 > /proc/sys/net/ipv6/conf/shy/accept_ra
before=$(network_state)
if command -v python3 > /dev/null && eventually learns; then advertised=1; else advertised=; fi
network create six --subnet fd00:77::/64
a_container one --network six --publish 8080:80
[[ $(sysctl_of all/forwarding) == 1 ]] || fail "the host doesn't forward"
[[ $(sysctl_of wan/accept_ra)$(sysctl_of shy/accept_ra) == 20 ]] || fail "accept_ra is $(sysctl_of wan/accept_ra), $(sysctl_of shy/accept_ra)"
[[ $(sysctl_of ls-six/accept_ra) == 0 ]] || fail "a container could pose as the host's router"
if [[ $advertised ]]; then
  has_route || fail "the network took the advertised default route away"
  advertise 0
  eventually eval '! has_route' || fail "an advertisement isn't heard any more"
  learns || eventually learns || fail "an advertisement isn't heard any more"
fi

# ::1 leads to no container, and says so at once.
for (( try = 0; try < 2; ++try )); do
  try network-helper ask tcp ::1 8080 3
  (( status != 0 && status != 124 )) || fail "expected a refusal from ::1$(seen)"
done
SECONDS=0
try network-helper ask tcp ::1 8080 5
(( SECONDS < 4 )) || fail "::1 hangs$(seen)"
gets 'one ' outside "${ask[@]}" 2001:db8::1 8080

succeeds "$step" delete --force one
[[ $(sysctl_of all/forwarding)$(sysctl_of wan/accept_ra)$(sysctl_of shy/accept_ra) == 010 ]] || fail "the host's settings were not given back"
[[ ! $advertised ]] || has_route || fail "giving back took the route away"
network rm six
advertise 0 2> /dev/null || true
eventually eval '! has_route' || fail "the route is still there"
back_to "$before" "an IPv6 network"

# The host's own networks and addresses.
ip route add 198.51.100.0/24 via 192.0.2.2
ip address add 203.0.113.7/32 dev lo
ip -6 address add 2001:db8:7::1/128 dev lo
ip route add 0.0.0.0/1 via 192.0.2.2  # a VPN's way to say "default": every subnet is in it
for subnet in 192.0.2.0/24 192.0.2.128/25 192.0.0.0/16 198.51.100.0/25 203.0.113.0/24 2001:db8::/64 2001:db8:7::/64; do
  refuses 1 'to which this machine has a way already' "$step" network create x --subnet $subnet
  hints 'choose another'
done
for subnet in 224.0.0.0/24 239.1.0.0/16 0.1.0.0/16 127.5.0.0/24 fe80::/64 fe80::/9 ff02::/64 ::/64; do
  refuses 1 "can't be a network's" "$step" network create x --subnet $subnet
done
network create x
network create y --subnet 10.3.0.0/24
network rm x y

# Another filter.
network create quiet
nft add table ip docker
nft add chain ip docker FORWARD '{ type filter hook forward priority 0; policy drop; }'
nft add chain ip docker INPUT '{ type filter hook input priority 0; policy accept; }'
try "$step" network create loud
ends_with 0
says 'another packet filter drops what is forwarded: the chain ip docker FORWARD'
succeeds "$step" network create inside --internal
a_container two --network loud --publish 8081:80
gets_nothing outside network-helper ask tcp 192.0.2.1 8081 1
nft insert rule ip docker FORWARD oifname ls-loud accept
nft insert rule ip docker FORWARD iifname ls-loud accept
gets 'two ' outside "${ask[@]}" 192.0.2.1 8081  # the way out that docs/troubleshooting.md names
finish
