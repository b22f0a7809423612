#!/bin/bash
# A port that is in use: who has it is said. And what is published is free again afterwards.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
network create web --ipv6
container=("$step" run --rootfs "$rootfs" --network web)

listen() {  # ADDRESS PORT PROTOCOL
  network-helper listen "$@" > listening &
  eventually grep -q listening listening || fail "network-helper did not listen"
}
for place in 0.0.0.0 127.0.0.1 :: ::1; do
  listen $place 8080 tcp
  refuses 125 "port 8080/tcp of this machine is in use: PID $! (network-helper) listens there" \
    "${container[@]}" -p 8080:80 true
  succeeds "${container[@]}" -p 8080:80/udp true
  kill $!
  wait $! 2> /dev/null || true
done
listen 127.0.0.1 8080 tcp
succeeds "${container[@]}" -p 192.0.2.1:8080:80 true  # elsewhere it is free
refuses 125 'port 8080/tcp' "${container[@]}" -p 8078-8082:1-5 true
kill $!
listen 192.0.2.1 8053 udp
refuses 125 "port 8053/udp of this machine is in use: PID $! (network-helper)" "${container[@]}" -p 8053:53/udp true
kill $!
refuses 125 '10.9.8.7 is no address of this machine' "${container[@]}" -p 10.9.8.7:80:80 true

a_container one --network web -p 8080:80 -p 8100-8109:80-89
for port in 8080:80 127.0.0.1:8080:80 8105:1 8090-8100:1-11 8079-8081:1-3; do
  refuses 125 'container "one" publishes' "${container[@]}" -p "$port" true
  hints 'delete --force one'
done
succeeds "${container[@]}" -p 8080:80/udp -p 8110:80 true
refuses 125 'is there twice' "${container[@]}" -p 8200:80 -p 127.0.0.1:8200:81 true
succeeds "$step" kill one KILL
eventually eval '[[ $("$step" list) == *one*stopped* ]]' || fail "one did not end"
succeeds "${container[@]}" -p 8080:80 true  # it needs its port no more, though nobody has deleted it
gets_nothing "${ask[@]}" 127.0.0.1 8080
finish
