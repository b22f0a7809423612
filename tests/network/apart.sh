#!/bin/bash
# Who can't reach whom: containers of one network with icc=false; those of two networks; an internal network; a
# container with no network; and one in two networks reaches both.
# shellcheck disable=SC2046  # at most one word
set -euo pipefail
. "$(dirname "$0")/lib.sh"
outside network-helper serve 80 > /dev/null &

network create web
network create db --internal
network create deaf --opt icc=false
a_container a --network web
a_container b --network web
a_container c --network db
a_container d --network db
a_container e --network deaf
a_container f --network deaf -p 8080:80
a_container both --network web --network db
a_container list --network web,deaf
a_container none

address() { "$step" exec "$1" ip -4 -o address show "$2" | sed 's/.* inet \([0-9.]*\).*/\1/'; }
gets 'b ' inside a "${ask[@]}" "$(address b eth0)" 80
gets 'd ' inside c "${ask[@]}" "$(address d eth0)" 80

# Two networks are two worlds, though the host routes between others.
for other in c e; do gets_nothing inside a "${ask[@]}" "$(address $other eth0)" 80 1; done
gets_nothing inside c "${ask[@]}" "$(address a eth0)" 80 1
gets_nothing inside e "${ask[@]}" "$(address a eth0)" 80 1
with_bridge_filter 1 gets_nothing inside e "${ask[@]}" "$(address f eth0)" 80 1
with_bridge_filter 0 gets_nothing inside e "${ask[@]}" "$(address f eth0)" 80 1
# Also for who sends to the bridge what is for a neighbour: icc holds for routes, too.
gets_nothing inside e "${ask[@]}" "$(address f eth0)" 80 1
inside $(may_route "$step") e ip route add "$(address f eth0)" via "$(inside e ip route | sed -n 's/^default via \([^ ]*\).*/\1/p')"
gets_nothing inside e "${ask[@]}" "$(address f eth0)" 80 1
# A port that is published is published for all. (An internal network's containers see no other.)
with_bridge_filter 0 gets 'f ' inside e "${ask[@]}" 192.0.2.1 8080
gets 'f ' inside a "${ask[@]}" 192.0.2.1 8080
gets_nothing inside c "${ask[@]}" 192.0.2.1 8080 1

# Internal: no way out, not even with a route. The others have one.
gets '192.0.2.1' inside a "${ask[@]}" 192.0.2.2 80
gets '192.0.2.1' inside e "${ask[@]}" 192.0.2.2 80
gets_nothing inside c "${ask[@]}" 192.0.2.2 80 1
inside $(may_route "$step") c ip route add default via "$(address c eth0 | sed 's/[0-9]*$/1/')"
gets_nothing inside c "${ask[@]}" 192.0.2.2 80 1
refuses 125 'network "db" is internal' "$step" run --rootfs "$rootfs" --network db -p 1234:80 true
outside ip route add 10.77.0.0/16 via 192.0.2.1
gets_nothing outside "${ask[@]}" "$(address c eth0)" 80 1

# In two networks at once.
gets 'a ' inside both "${ask[@]}" "$(address a eth0)" 80
gets 'c ' inside both "${ask[@]}" "$(address c eth0)" 80
gets '192.0.2.1' inside both "${ask[@]}" 192.0.2.2 80
gets 'b ' inside list "${ask[@]}" "$(address b eth0)" 80
gets_nothing inside list "${ask[@]}" "$(address e eth1 2> /dev/null || address e eth0)" 80 1

# None: a loopback and nothing else.
try inside none ip -o link
[[ $(wc -l <<< "$out") == 1 && $out == *'lo: <LOOPBACK,UP'* ]] || fail "expected a loopback that is up, alone$(seen)"
gets 'none 127.0.0.1' inside none "${ask[@]}" 127.0.0.1 80
gets 'none ::1' inside none "${ask[@]}" ::1 80
gets_nothing inside none "${ask[@]}" 192.0.2.1 80 1
finish
