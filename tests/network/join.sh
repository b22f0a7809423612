#!/bin/bash
# Networks that are there already: the host's, another container's, one with a name; and exec in each of them.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
network create web
a_container one --network web -p 8080:80

# is_in NAMESPACE COMMAND…: the command's output is that network namespace.
is_in() {
  succeeds "${@:2}"
  [[ $out == "$1" ]] || fail "expected $1$(seen)"
}
look=(readlink /proc/self/ns/net)
host=$("${look[@]}")
ones=$("$step" exec one "${look[@]}")
[[ $ones != "$host" ]] || fail "container one is in the host's network"

container=("$step" run --rootfs "$rootfs")
is_in "$host" "${container[@]}" --network host "${look[@]}"
is_in "$ones" "${container[@]}" --network container:one "${look[@]}"
succeeds "${container[@]}" --network container:one cat /etc/hosts
[[ $out == *$'\tone'* ]] || fail "expected the hosts file of one$(seen)"
gets 'one 127.0.0.1' "${container[@]}" --network container:one network-helper ask tcp 127.0.0.1 80

ip netns add named
names=$(ip netns exec named "${look[@]}")
is_in "$names" "${container[@]}" --network ns:/run/netns/named "${look[@]}"

# exec joins whatever network its container has.
"${container[@]}" --network host --id in-host --detach sleep 1000 > /dev/null
"${container[@]}" --network container:one --id in-one --detach sleep 1000 > /dev/null
"${container[@]}" --network ns:/run/netns/named --id in-named --detach sleep 1000 > /dev/null
is_in "$host" "$step" exec in-host "${look[@]}"
is_in "$ones" "$step" exec in-one "${look[@]}"
is_in "$names" "$step" exec in-named "${look[@]}"
try "$step" exec in-host mount
[[ $out == *'on /sys type sysfs'* ]] || fail "expected a /sys$(seen)"
"$step" delete --force in-host in-one in-named

refuses 125 'container "nobody" does not exist' "${container[@]}" --network container:nobody true
succeeds "$step" kill one KILL
eventually eval '[[ $("$step" list) == *one*stopped* ]]' || fail "one did not end"
refuses 125 'that container is stopped' "${container[@]}" --network container:one true
refuses 125 '"/run/netns/gone"' "${container[@]}" --network ns:/run/netns/gone true
touch /run/test/file
refuses 125 '"/run/test/file"' "${container[@]}" --network ns:/run/test/file true
hints 'is no network namespace'
for other in 'none' 'host' 'container:one' 'ns:/run/netns/named'; do
  refuses 125 "can't be had together" "${container[@]}" --network web --network "$other" true
done
refuses 125 '--publish needs --network NAME' "${container[@]}" --network host -p 80:80 true
refuses 125 '--publish needs --network NAME' "${container[@]}" -p 80:80 true
refuses 125 '--ip needs --network NAME' "${container[@]}" --ip 10.77.0.9 true
finish
