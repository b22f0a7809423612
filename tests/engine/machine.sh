#!/bin/bash
# Interfaces of the host's that a container gets, with their addresses; memory nodes; what the machine hasn't got.
# shellcheck disable=SC2119,SC2154  # `runs` may be given options; `try` fills out, err and status
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v ip > /dev/null || skip "ip is missing: make deps-test installs it"
ip link add moved type veth peer name cable 2> /dev/null || skip "no veth pair can be made here"
ip link delete moved

has_link() { ip link show "$1" > /dev/null 2>&1; }
has_no_link() { ! has_link "$1"; }

# A pair whose one end is to be moved: with addresses that last, and one that doesn't.
new_pair() {
  ip link delete cable 2> /dev/null || true
  ip link add moved mtu 1400 type veth peer name cable
  ip address add 10.99.0.2/24 brd + dev moved
  ip address add 10.99.1.2/32 dev moved
  ip address add fd99::2/64 dev moved nodad
  ip address add 10.99.2.2/24 dev moved valid_lft 1000 preferred_lft 1000
  ip address add 10.99.3.2/24 scope link dev moved
  ip address add 10.99.0.1/24 dev cable
  ip link set cable up
  mac=$(ip -o link show moved | grep -o 'link/ether [^ ]*')
}
new_devices() {  # NETDEVICES COMMAND…
  local devices=$1
  shift
  new_config "$step" "$@"
  config ".linux.namespaces |= (. + [{type: \"network\"}] | unique_by(.type)) | .linux.netDevices = $devices"
}
is_there() { has_link moved || fail "$1: it was moved, and the container refused"; }

new_pair
new_devices '{moved: {}}' sleep 600
creates --bundle "$bundle" x
has_no_link moved || fail 'it is still on the host'
succeeds "$step" start x
seen_inside() { nsenter --target "$(pid)" --net "$@"; }
[[ $(seen_inside ip -o link show moved) == *'mtu 1400'*"$mac"* ]] || fail "not as it was: $(seen_inside ip -o link show moved)"
[[ $(seen_inside ip -o link show up moved) == *'LOWER_UP'* ]] || fail "it isn't up: $(seen_inside ip -o link)"
addresses=$(seen_inside ip -o address show dev moved scope global | awk '{ print $4 }' | sort | tr '\n' ' ')
[[ $addresses == '10.99.0.2/24 10.99.1.2/32 fd99::2/64 ' ]] || fail "addresses: $addresses"
[[ $(seen_inside ip -o address show dev moved) == *'10.99.0.2/24 brd 10.99.0.255'* ]] || fail 'without its broadcast address'
try "$step" exec x ping -c 1 -W 5 10.99.0.1
ends_with 0
succeeds "$step" delete --force x
eventually has_no_link cable || fail 'the pair outlived the network that its end was in'

# Under another name; under a free one of a kind; with users of its own; two.
new_pair
new_devices '{moved: {name: "lan"}}' cat /sys/class/net/lan/operstate
config '.mounts |= map(if .destination == "/sys" then {destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]} else . end)'
runs
prints up
new_pair
new_devices '{moved: {name: "eth%d"}}' ip -o -4 address show dev eth0
runs
prints '10.99.0.2/24'
new_pair
new_devices '{moved: {name: "lan"}, cable: {name: "wan"}}' ip -o -4 address
chmod 755 /run/test
config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
runs
prints lan
prints wan
chmod 700 /run/test

# To a network that is there already, where the name is free.
if ip netns add apart 2> /dev/null; then
  new_pair
  new_devices '{moved: {name: "lan"}}' true
  config '(.linux.namespaces[] | select(.type == "network")).path = "/run/netns/apart"'
  runs
  [[ $(ip -n apart -o -4 address show dev lan) == *10.99.0.2/24* ]] || fail "it isn't in the network that was named"
  new_pair 2> /dev/null || { ip -n apart link delete lan; new_pair; }
  ip -n apart link add lan type veth peer name nal 2> /dev/null || true
  new_devices '{moved: {name: "lan"}}' true
  config '(.linux.namespaces[] | select(.type == "network")).path = "/run/netns/apart"'
  refused 'linux.netDevices["moved"]: the name "lan" is taken in the container'
  is_there 'a name that is taken'
  ip netns delete apart
fi

new_pair
new_devices '{"no-such": {}}' true
refused 'linux.netDevices["no-such"]: there is no such network device on the host'
new_devices '{moved: {name: "lo"}}' true
refused 'linux.netDevices["moved"]: the name "lo" is taken in the container'
new_devices '{moved: {name: "a"}, cable: {name: "a"}}' true
refused 'the name "a" is taken in the container'
is_there 'one name for two'
new_devices '{moved: {}}' true
config 'del(.linux.namespaces[] | select(.type == "network")) | .mounts |= map(select(.type != "sysfs"))'
refused 'linux.netDevices: without "network" in linux.namespaces'
is_there 'without a network'

# Memory nodes: of the program, and of who enters.
nodes=$(cat /sys/devices/system/node/online 2> /dev/null || echo 0)
new_config "$step" sh -c 'sed -n 1p /proc/self/numa_maps'
if [[ -e /proc/self/numa_maps ]]; then
  config ".linux.memoryPolicy = {mode: \"MPOL_BIND\", nodes: \"$nodes\", flags: [\"MPOL_F_STATIC_NODES\"]}"
  runs
  prints 'bind=static:'
  config '.linux.memoryPolicy = {mode: "MPOL_INTERLEAVE", nodes: "0"} | .process.args = ["sleep", "600"]'
  creates --bundle "$bundle" x
  succeeds "$step" start x
  try "$step" exec x sed -n 1p /proc/self/numa_maps
  prints 'interleave:0'
  succeeds "$step" delete --force x
  config '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "900"} | .process.args = ["true"]'
  refuses 125 'set_mempolicy(MPOL_BIND, [900], 1025): Invalid argument (EINVAL)' "$step" run --bundle "$bundle" x
  hints 'Mems_allowed_list'
  config '.linux.memoryPolicy = {mode: "MPOL_DEFAULT"}'
  runs
fi

# What it hasn't got.
if ! grep -qw resctrl /proc/self/mountinfo; then
  new_config "$step" true
  config '.linux.intelRdt = {closID: "a"}'
  refused 'linux.intelRdt: no resctrl file system is mounted'
fi
new_config "$step" true
config '.vm = {kernel: {path: "/vmlinuz"}}'
refused 'vm: not supported'
finish
