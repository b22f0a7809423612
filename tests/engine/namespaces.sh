#!/bin/bash
# Namespaces that are there already: a second container in those of a first, as in a pod, each kind alone and all
# together, with and without users of their own; `exec`; the host's own, where the list leaves one out; clocks.
# shellcheck disable=SC2154  # `try` fills out, err and status
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A files=([ipc]=ipc [uts]=uts [network]=net [pid]=pid [cgroup]=cgroup [time]=time [user]=user)
with_users='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
# join TYPE…: the config's container is to be in those of the process $first.
join() {
  local type
  for type; do
    config "del(.linux.namespaces[] | select(.type == \"$type\")) | .linux.namespaces += [{type: \"$type\", path: \"/proc/$first/ns/${files[$type]}\"}]"
  done
}
# ns PID TYPE
ns() { readlink "/proc/$1/ns/${files[$2]}"; }
is_shared() { [[ $(ns "$first" "$1") == "$(ns "$second" "$1")" ]] || fail "$1: not in the namespace that was named"; }
is_own() { [[ $(ns "$first" "$1") != "$(ns "$second" "$1")" ]] || fail "$1: in the other's namespace"; }
creates_second() {
  creates --bundle "$bundle" y
  second=$("$step" state y | jq .pid)
}
delete_second() {
  succeeds "$step" delete --force y
  { [[ -e /proc/$first/ns ]] && is running x; } || fail "$1: the first has ended with the second"
}
# The first: it has all of its own.
first_container() {
  new_config "$step" sleep 600
  config '.linux.namespaces |= (. + [{type: "cgroup"}, {type: "network"}, {type: "time"}] | unique_by(.type)) | .hostname = "first"'
  [[ -z ${1:-} ]] || config "$1"
  creates --bundle "$bundle" x
  succeeds "$step" start x
  first=$(pid)
}
second_config() {
  new_config "$step" sleep 600
  config '.linux.namespaces |= (. + [{type: "cgroup"}, {type: "network"}] | unique_by(.type)) | del(.hostname)'
}

first_container
for type in ipc uts network pid cgroup time; do
  second_config
  join "$type"
  creates_second
  for other in ipc uts network pid cgroup; do
    if [[ $other == "$type" ]]; then is_shared "$other"; else is_own "$other"; fi
  done
  [[ $type != time ]] || is_shared time
  succeeds "$step" start y
  # Who enters it is there, too.
  try "$step" exec y readlink "/proc/self/ns/${files[$type]}"
  [[ $out == "$(ns "$first" "$type")" ]] || fail "exec: not in the same $type namespace$(seen)"
  delete_second "$type"
done

# A PID namespace: each sees the other; what one container's signal means, it alone.
second_config
join pid
creates_second
succeeds "$step" start y
[[ $(awk '/^NSpid/ { print $NF }' "/proc/$second/status") != 1 ]] || fail 'it is PID 1 of its own'
try "$step" exec y ps
[[ $(grep -c 'sleep 600' <<< "$out") == 2 ]] || fail "they don't see each other$(seen)"
try "$step" ps -f json y
[[ $out == "[$second]" ]] || fail "its processes are others'$(seen)"
succeeds "$step" kill --all y KILL
becomes stopped y
shows running
succeeds "$step" delete y

# All together; a hook is called on the host all the same.
second_config
config ".hooks.createRuntime = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"readlink /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/uts > /run/test/seen\"], env: [\"PATH=/bin:/usr/bin\"]}]"
join ipc uts network pid cgroup time
creates_second
for type in ipc uts network pid cgroup time; do is_shared "$type"; done
[[ $(< /run/test/seen) == "$(readlink /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/uts)" ]] || fail "a hook of the runtime's namespaces was elsewhere: $(< /run/test/seen)"
succeeds "$step" start y
try "$step" exec y hostname
[[ $out == first ]] || fail "not the first's name$(seen)"
delete_second 'all together'
succeeds "$step" delete --force x

# With users of their own: those of the first, and what they own.
chmod 755 /run/test
first_container "$with_users"
second_config
join user ipc uts network pid
creates_second
for type in user ipc uts network pid; do is_shared "$type"; done
is_own cgroup
[[ $(awk '{ print $1, $2, $3 }' "/proc/$second/uid_map") == '0 100000 65536' ]] || fail "uid_map: $(< "/proc/$second/uid_map")"
[[ $(awk '/^Uid/ { print $2 }' "/proc/$second/status") == 100000 ]] || fail 'it is not the root of those users'
succeeds "$step" start y
try "$step" exec y sh -c 'id -u; readlink /proc/self/ns/user'
[[ $out == 0$'\n'"$(ns "$first" user)" ]] || fail "exec$(seen)"
delete_second users
# What is new belongs to those users: its root may mount there, and has a network of its own.
second_config
join user
config '.process.capabilities.bounding = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"] | .process.capabilities.effective = .process.capabilities.bounding | .process.capabilities.permitted = .process.capabilities.bounding'
creates_second
is_shared user
for type in ipc uts network pid cgroup; do is_own "$type"; done
succeeds "$step" start y
succeeds "$step" exec --cap CAP_SYS_ADMIN y mount -t tmpfs tmpfs /mnt
delete_second 'users alone'
# The users of one, and the host's network with a name.
ip netns add apart 2> /dev/null && {
  second_config
  join user
  config 'del(.linux.namespaces[] | select(.type == "network")) | .linux.namespaces += [{type: "network", path: "/run/netns/apart"}]
    | .mounts |= map(select(.type != "sysfs"))'
  creates_second
  [[ $(stat -Lc %i "/proc/$second/ns/net") == "$(stat -Lc %i /run/netns/apart)" ]] || fail 'not in the network that was named'
  is_shared user
  delete_second 'users and another network'
}
succeeds "$step" delete --force x
chmod 700 /run/test

# The host's own, where the list leaves a type out.
second_config
config 'del(.linux.namespaces[] | select(.type == "pid" or .type == "uts"))'
creates_second
for type in pid uts; do
  [[ $(ns "$second" "$type") == "$(ns self "$type")" ]] || fail "$type: not the host's"
done
[[ $(ns "$second" ipc) != "$(ns self ipc)" ]] || fail "ipc: the host's"
sleep 333 &
other=$!
succeeds "$step" start y
try "$step" ps -f json y
[[ $out == "[$second]" ]] || fail "the host's processes are its own$(seen)"
succeeds "$step" kill --all y KILL
becomes stopped y
kill -0 "$other" || fail 'a process of the host was ended with it'
kill "$other"
succeeds "$step" delete y
second_config
config 'del(.linux.namespaces[] | select(.type == "uts")) | .hostname = "mine"'
refused 'hostname, domainname: without "uts" in linux.namespaces'

# This process's own, by its path, is as good as left out.
second_config
config '(.linux.namespaces[] | select(.type == "ipc")).path = "/proc/self/ns/ipc"'
creates_second
[[ $(ns "$second" ipc) == "$(ns self ipc)" ]] || fail "ipc: not the runtime's own"
succeeds "$step" delete --force y

# What is none, or another one.
wrong() {
  second_config
  config "$1"
  refused "$2"
}
wrong '(.linux.namespaces[] | select(.type == "pid")).path = "/proc/1/ns/uts"' 'is a namespace of type uts, not one of type pid'
wrong '(.linux.namespaces[] | select(.type == "ipc")).path = "/etc/passwd"' 'is no namespace, not one of type ipc'
wrong '(.linux.namespaces[] | select(.type == "ipc")).path = "/no/such/file"' '"/no/such/file": No such file or directory (ENOENT)'
wrong '(.linux.namespaces[] | select(.type == "ipc")).path = "proc/1/ns/ipc"' 'expected an absolute path'
wrong '(.linux.namespaces[] | select(.type == "mount")).path = "/proc/1/ns/mnt"' "can't be joined: the container's own root and mounts"
mkfifo /run/test/work/pipe
wrong '(.linux.namespaces[] | select(.type == "ipc")).path = "/run/test/work/pipe"' 'is no namespace'
no_containers

# Clocks: only of a time namespace that is new.
uptime_of() { "$step" "$@" | awk '{ print int($1) }'; }
second_config
config '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 864000}, monotonic: {secs: 1000, nanosecs: 7}} | .process.args = ["cat", "/proc/uptime"]'
now=$(awk '{ print int($1) }' /proc/uptime)
then=$(uptime_of run --bundle "$bundle" y)
(( then - now >= 864000 && then - now < 864030 )) || fail "it was started $then seconds after the start, expected 864000 more than $now"
config '.process.args = ["sleep", "600"]'
creates_second
[[ $(tr -s ' ' < "/proc/$second/timens_offsets" | sed 's/^ //') == $'monotonic 1000 7\nboottime 864000 0' ]] || fail "offsets: $(< "/proc/$second/timens_offsets")"
[[ $(ns "$second" time) == "$(readlink "/proc/$second/ns/time_for_children")" ]] || fail 'it is not in its own time namespace'
[[ $(ns "$second" time) != "$(ns self time)" ]] || fail "time: the host's"
succeeds "$step" start y
then=$(uptime_of exec y cat /proc/uptime)
(( then - now >= 864000 && then - now < 864060 )) || fail "exec: $then"
[[ $("$step" state y | jq -r .status) == running ]] || fail 'its clock makes it another process'
succeeds "$step" delete --force y
second_config
config "$with_users | .linux.namespaces += [{type: \"time\"}] | .linux.timeOffsets = {monotonic: {secs: -1}} | .process.args = [\"cat\", \"/proc/self/timens_offsets\"]"
chmod 755 /run/test
try "$step" run --bundle "$bundle" y
[[ $out == *monotonic*-1* ]] || fail "with users of its own$(seen)"
chmod 700 /run/test
wrong '.linux.timeOffsets = {monotonic: {secs: 1}}' 'linux.timeOffsets: without a new "time" in linux.namespaces'
wrong '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {realtime: {secs: 1}}' 'linux.timeOffsets.realtime: there is no such clock'
wrong '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {nanosecs: 1000000000}}' 'linux.timeOffsets.monotonic.nanosecs: expected an integer from 0 to 999999999'
wrong '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: "1"}}' 'linux.timeOffsets.monotonic.secs: expected an integer'
wrong '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: -9000000000}}' '(ERANGE)'
no_containers
finish
