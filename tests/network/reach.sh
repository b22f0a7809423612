#!/bin/bash
# Published ports: from outside, from the host's own addresses, from 127.0.0.1, from the container itself; TCP and
# UDP, ranges, one address only; the way out; and no other way in. IPv4, then IPv6.
# shellcheck disable=SC2046  # at most one word
set -euo pipefail
. "$(dirname "$0")/lib.sh"

outside network-helper serve 80 > /dev/null &
network-helper serve 7001 >> asked &

ipv4() {
  network create web --subnet 10.77.5.0/24
  a_container box --network web -p 8080:80 -p 8053:80/udp -p 127.0.0.1:9090:80 -p 9000-9002:79-81
  gets 'box 10.77.5.1' "${ask[@]}" 10.77.5.2 80
  gets 'box 192.0.2.2' outside "${ask[@]}" 192.0.2.1 8080  # who calls from outside is seen as who they are
  gets 'box 192.0.2.1' "${ask[@]}" 192.0.2.1 8080
  gets 'box 10.77.5.1' "${ask[@]}" 127.0.0.1 8080
  gets 'box 10.77.5.1' inside box "${ask[@]}" 192.0.2.1 8080  # hairpin
  gets 'box 10.77.5.1' inside box "${ask[@]}" 10.77.5.1 8080
  gets 'box 192.0.2.2' outside "${ask_udp[@]}" 192.0.2.1 8053
  gets 'box 10.77.5.1' "${ask_udp[@]}" 127.0.0.1 8053
  gets_nothing outside "${ask_udp[@]}" 192.0.2.1 8080
  gets_nothing outside "${ask[@]}" 192.0.2.1 8053

  gets 'box 10.77.5.1' "${ask[@]}" 127.0.0.1 9090
  gets_nothing "${ask[@]}" 192.0.2.1 9090
  gets_nothing outside "${ask[@]}" 192.0.2.1 9090
  gets 'box' outside "${ask[@]}" 192.0.2.1 9001  # 9000-9002 lead to 79-81
  gets_nothing outside "${ask[@]}" 192.0.2.1 9000
  gets_nothing outside "${ask[@]}" 192.0.2.1 9002

  # Out: whom it calls sees the host.
  gets '192.0.2.1' inside box "${ask[@]}" 192.0.2.2 80
  gets '192.0.2.1' inside box "${ask_udp[@]}" 192.0.2.2 80

  # In without a published port: not even for who knows the way. (The host itself may.)
  outside ip route replace 10.77.5.0/24 via 192.0.2.1
  gets_nothing outside "${ask[@]}" 10.77.5.2 80
  gets_nothing outside "${ask_udp[@]}" 10.77.5.2 80
  gets_nothing outside ping -c 1 -W 1 10.77.5.2
  gets 'box' "${ask[@]}" 10.77.5.2 80

  # The host's own loopback stays its own, though route_localnet lets published ports through it: for a container that
  # sends what is for 127.0.0.1 to the bridge. (It would arrive without the guard, so this would have seen it.)
  inside $(may_route "$step") box ip route del local 127.0.0.1 dev lo table local
  inside $(may_route "$step") box ip route del local 127.0.0.0/8 dev lo table local
  inside $(may_route "$step") box ip route add 127.0.0.0/8 via 10.77.5.1
  : > asked
  gets_nothing inside box "${ask_udp[@]}" 127.0.0.1 7001
  [[ ! -s asked ]] || fail "a container's packet has reached the host's loopback: $(< asked)"
  nft flush chain inet lockstep guard_loopback
  gets_nothing inside box "${ask_udp[@]}" 127.0.0.1 7001 1
  eventually grep -q 'asked by 10.77.5.2' asked || fail "the attack does not even work without the guard"
  succeeds "$step" delete --force box

  # A published port goes with its container.
  gets_nothing outside "${ask[@]}" 192.0.2.1 8080
  network rm web
}

ipv6() {
  network create six --ipv6 --subnet 10.77.6.0/24 --subnet fd00:77::/64
  a_container box6 --network six -p 8080:80 -p '[2001:db8::1]:9090:80' -p 8053:80/udp
  gets 'box6 2001:db8::2' outside "${ask[@]}" 2001:db8::1 8080
  gets 'box6 192.0.2.2' outside "${ask[@]}" 192.0.2.1 8080
  gets 'box6 2001:db8::2' outside "${ask_udp[@]}" 2001:db8::1 8053
  gets 'box6 2001:db8::1' "${ask[@]}" 2001:db8::1 8080
  gets 'box6 fd00:77::1' inside box6 "${ask[@]}" 2001:db8::1 8080
  gets 'box6 2001:db8::2' outside "${ask[@]}" 2001:db8::1 9090
  gets_nothing outside "${ask[@]}" 192.0.2.1 9090
  refuses 125 'the kernel leads nothing from ::1' "$step" run --rootfs "$rootfs" --network six -p '[::1]:9091:80' true
  outside ip -6 route replace fd00:77::/64 via 2001:db8::1
  gets_nothing outside "${ask[@]}" fd00:77::2 80
  gets '2001:db8::1' inside box6 "${ask[@]}" 2001:db8::2 80
  succeeds "$step" delete --force box6
  network rm six
}

for filter in 0 1; do
  with_bridge_filter $filter ipv4
  with_bridge_filter $filter ipv6
done
finish
