# The first line of a network test: a host of its own (own_host.sh) with a loopback and an interface "wan", and
# behind that another machine, "outside": `outside COMMAND…` runs there. IPv4 and IPv6:
#
#     outside 192.0.2.2 ── 192.0.2.1 wan  host        (2001:db8::2 ── 2001:db8::1)
#
# Then: a_container, gets and others below. Everything ends with the host.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
for program in nft ip nsenter; do
  command -v $program > /dev/null || skip "$program is missing: make deps-test installs it"
done
step=$newest
ip link set lo up
ip link add wan type veth peer name eth0 2> /dev/null || skip "this kernel has no veth"
unshare --net sleep infinity &
outside_pid=$!
disown
until [[ $(readlink /proc/$outside_pid/ns/net) != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.01; done
ip link set eth0 netns $outside_pid
outside() { nsenter --target $outside_pid --net "$@"; }
ip address add 192.0.2.1/24 dev wan
ip -6 address add 2001:db8::1/64 dev wan nodad
ip link set wan addrgenmode none up
outside ip link set lo up
outside ip address add 192.0.2.2/24 dev eth0
outside ip -6 address add 2001:db8::2/64 dev eth0 nodad
outside ip link set eth0 up
wan_is_up() { [[ $(ip -o link show wan) == *' state UP '* ]]; }
eventually wan_is_up || fail "the host's own interface doesn't come up"
nft list tables > /dev/null 2>&1 || skip "nft can't reach the kernel's packet filter here"

command -v network-helper > /dev/null || skip "network-helper is not built"
cp "$(command -v network-helper)" "$rootfs/bin"

# a_container ID OPTION…: one that runs, and answers on port 80 with "ID PEER", on TCP and UDP.
a_container() {
  local id=$1
  shift
  try "$step" run --rootfs "$rootfs" --id "$id" --hostname "$id" --detach "$@" network-helper serve 80
  [[ $status == 0 ]] || fail "it did not start$(seen)"
}
inside() { "$step" exec "$@"; }
ask=(network-helper ask tcp)
ask_udp=(network-helper ask udp)
network() { succeeds "$step" network "$@"; }

# gets WHAT COMMAND…: it succeeds and prints WHAT, soon: the server may need a moment.
gets() {
  local what=$1
  shift
  eventually gets_now "$what" "$@" || fail "expected \"$what\"$(seen)"
}
gets_now() {
  local what=$1
  shift
  try "$@"
  [[ $status == 0 && $out == *"$what"* ]]
}

# gets_nothing COMMAND…: it fails.
gets_nothing() {
  try "$@"
  (( status != 0 )) || fail "expected to reach nothing$(seen)"
}

# Where Docker or Kubernetes is, the packet filter also sees what goes from port to port of one bridge (the kernel's
# br_netfilter): with_bridge_filter 0|1 COMMAND…, or only COMMAND… where it isn't loaded.
with_bridge_filter() {
  local setting=/proc/sys/net/bridge/bridge-nf-call-iptables value=$1
  shift
  if [[ -w $setting ]]; then echo "$value" > $setting; elif (( value == 1 )); then return; fi
  "$@"
}

# What of the host a network could change.
network_state() {
  echo "# links"; ip -o link | sed 's/^[0-9]*: //'
  echo "# addresses"; ip -o address | sed 's/^[0-9]*: //'
  echo "# routes"; ip route; ip -6 route
  echo "# rules"; nft list ruleset
  echo "# settings"; cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
  echo "# networks"; ls -A /run/test/store/networks 2> /dev/null || true
}

# back_to BEFORE WHAT: the network is soon as it was: a namespace's end takes a moment.
back_to() {
  local now tries
  for (( tries = 0; tries < 100; ++tries )); do
    now=$(network_state)
    [[ $now != "$1" ]] || return 0
    sleep 0.05
  done
  fail "$2: the host's network is not as it was (< before, > after):"
  diff <(echo "$1") <(echo "$now") | head -30 || true
}
