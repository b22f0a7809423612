#!/bin/bash
# The way out without root: an ordinary user's container with pasta and with slirp4netns reaches the outside, and not
# the host's loopback; pasta publishes ports; the helper ends with its container, also after kill -9 of the runtime.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rootless.sh"
container=("$step" run --rootfs "$rootfs")

try as_user "${container[@]}" --network none cat /proc/net/dev
ends_with 0
try as_user "${container[@]}" --network host readlink /proc/self/ns/net
prints "$(readlink /proc/self/ns/net)"

helpers() { [[ $(cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\0' ' ') == *"$1 "*/helper/* ]]; }
for helper in pasta slirp4netns; do
  program=$(command -v $helper) || continue
  mount --bind /etc/passwd "$program"  # nothing that can be executed: as if it were not installed
  refuses_as_user "$helper is not installed" "${container[@]}" --network $helper true
  umount "$program"
done
can_tun || skip "this kernel has no tun device, or there is no /dev/net to put one in"
network-helper listen 127.0.0.1 7000 tcp > /dev/null &

helpers_tried=0
for helper in pasta slirp4netns; do
  command -v $helper > /dev/null || { echo "$helper is not installed: not tried"; continue; }
  helpers_tried=$((helpers_tried + 1))
  try as_user "${container[@]}" --id x --network $helper --detach network-helper serve 80
  ends_with 0
  helpers $helper || fail "$helper doesn't run"
  gets ' 192.0.2.1' as_user "$step" exec x network-helper ask tcp 192.0.2.2 80
  gets ' 192.0.2.1' as_user "$step" exec x network-helper ask udp 192.0.2.2 80
  for address in 127.0.0.1 192.0.2.1 192.0.2.2 10.0.2.2; do
    gets_nothing as_user "$step" exec x network-helper ask tcp $address 7000 1
  done
  succeeds as_user "$step" delete --force x
  ! helpers $helper || fail "$helper runs on without its container"
  [[ -z $(ls /tmp/lockstep-*) ]] || fail "something is left of it: $(find /tmp/lockstep-*)"

  try as_user "${container[@]}" --network $helper network-helper ask tcp 192.0.2.2 80
  [[ $status == 0 && $out == *192.0.2.1* ]] || fail "a run in the foreground$(seen)"
  ! helpers $helper || fail "$helper runs on after a run in the foreground"

  # The runtime is killed while it waits for the container.
  as_user "${container[@]}" --id x --network $helper sleep 1000 > /dev/null 2>&1 &
  eventually eval '[[ $(as_user "$step" list) == *running* ]]' || fail "x doesn't run"
  for pid in $(as_user "$step" ps -f json x | tr -d '[]'); do
    kill -9 "$(awk '{ print $4 }' "/proc/$pid/stat")"
  done
  succeeds as_user "$step" delete --force x
  ! helpers $helper || fail "$helper runs on after its runtime was killed"
done
(( helpers_tried )) || skip "neither pasta nor slirp4netns is installed: make deps-test installs them"

refuses_as_user 'not with slirp4netns' "${container[@]}" --network slirp4netns -p 8080:80 true
if command -v pasta > /dev/null; then
  try as_user "${container[@]}" --id x --network pasta -p 8080:80 -p 9000-9001:80-81 --detach network-helper serve 80
  # Not from outside: Debian 12's pasta (2023-03) accepts such a connection and carries nothing, with us or without.
  gets ' 127.0.0.1' "${ask[@]}" 127.0.0.1 8080
  gets ' 127.0.0.1' "${ask[@]}" 127.0.0.1 9000
  succeeds as_user "$step" delete --force x
  refuses_as_user 'port 80 of this machine is root'"'"'s: an ordinary user has those from 1024 on' "${container[@]}" --network pasta -p 80:80 true
  hints 'net.ipv4.ip_unprivileged_port_start=80'
  ip route delete default
  refuses_as_user 'pasta exited with 1: External interface not usable' "${container[@]}" --network pasta true
  [[ $(grep -vc '^(not root' <<< "$err") == 2 ]] || fail "expected one line and a hint$(seen)"
  hints 'default route'
  ip route add default via 192.0.2.254
  chmod 600 /dev/net/tun
  refuses_as_user 'Failed to open tun' "${container[@]}" --network pasta true
  hints '/dev/net/tun'
  chmod 666 /dev/net/tun
fi

# A name server on the host's loopback: the helpers lead to it, by an address of their own.
echo 'nameserver 127.0.0.1' > /run/test/resolv
mount --bind /run/test/resolv /etc/resolv.conf
network-helper serve 53 > /dev/null &
for helper in pasta:169.254.1.1 slirp4netns:10.0.2.3; do
  command -v ${helper%:*} > /dev/null || continue
  try as_user "${container[@]}" --network ${helper%:*} sh -c "cat /etc/resolv.conf; network-helper ask udp ${helper#*:} 53 5"
  ends_with 0
  prints "nameserver ${helper#*:}"
  prints ' 127.0.0.1'
done
finish
