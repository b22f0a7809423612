#!/bin/bash
# Which ids a container of root's has, and who they are outside.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# maps UIDS GIDS [OPTION…]: what /proc/self/uid_map and gid_map say, spaces squeezed, lines joined by ";".
maps() {
  local uids=$1 gids=$2
  shift 2
  try inside "$@" sh -c 'for kind in uid gid; do tr -s " " < /proc/self/${kind}_map | sed "s/^ //" | tr "\n" ";"; echo; done'
  ends_with 0
  [[ $out == "$uids;"$'\n'"$gids;" ]] || fail "expected the maps $uids and $gids$(seen)"
  [[ -z $err ]] || fail "expected no complaint$(seen)"
}

all="0 $first 65536"
maps "$all" "$all"
maps "$all" "$all" --userns private
maps "0 0 4294967295" "0 0 4294967295" --userns host
maps "0 5000 100" "0 6000 100" --uidmap 0:5000:100 --gidmap 0:6000:100
maps "0 5000 100" "0 5000 100" --uidmap 0:5000:100
maps "0 0 4294967295" "0 0 4294967295" --uidmap 0:0:4294967295
maps "0 1 4294967294" "0 0 4294967295" --uidmap 0:1:4294967294 --gidmap 0:0:4294967295
for wrong in 0:1:4294967295 1:0:4294967295 0:0:4294967296 4294967295:0:1 0:0:0 0: 0:0:1:1; do
  refuses 125 "--uidmap: expected CONTAINER:HOST:SIZE, got \"$wrong\"" inside --uidmap "$wrong" true
done
maps "0 7000 100" "0 7000 100" --gidmap 0:7000:100
maps "0 5000 1;1000 0 1;1001 6000 50" "0 5000 1;1000 0 1;1001 6000 50" \
     --uidmap 0:5000 --uidmap 1000:0:1 --uidmap 1001:6000:50

# /etc/subuid: the lines of the user lockstep, else root's; those of others say nothing.
echo 'alice:100000:65536' | tee /etc/subuid > /etc/subgid
maps "$all" "$all"
printf '%s\n' 'alice:100000:65536' 'root:200000:1000' '0:300000:10' > /etc/subuid
maps "0 200000 1000;1000 300000 10" "$all"
printf '%s\n' 'root:200000:1000' 'lockstep:400000:65536' 'lockstep:500000:65536' > /etc/subuid
printf '%s\n' 'lockstep:410000:2000' > /etc/subgid
maps "0 400000 65536" "0 410000 2000"
printf '%s\n' 'lockstep:-1:65536' 'lockstep:5:x' 'lockstep' ':::' 'lockstep:4294967295:1' 'lockstep:1:0' > /etc/subuid
maps "$all" "0 410000 2000"
rm /etc/subuid /etc/subgid

# The processes, as the host sees them: no number of root's is left in any of the four.
inside --detach --id x sleep 1000 > /dev/null
pid=$("$newest" list -f json | sed 's/.*"pid":\([0-9]*\).*/\1/')
[[ $(sed -n 's/^[UG]id:\t//p' "/proc/$pid/status" | tr '\t\n' '  ') == "$first $first $first $first $first $first $first $first " ]] ||
  fail "the container's root is not $first outside: $(grep -E '^[UG]id' "/proc/$pid/status")"
[[ $(grep ^Groups: "/proc/$pid/status") != *[0-9]* ]] || fail "it has groups: $(grep ^Groups: "/proc/$pid/status")"
[[ $(readlink "/proc/$pid/ns/user") != "$(readlink /proc/self/ns/user)" ]] || fail "its users are the host's"
[[ $(stat -c %u "/run/lockstep/x/state.json") == 0 ]] || fail "the state file is not the host's"
"$newest" delete --force x

# In a user namespace that has fewer ids: all but its own root's.
chmod 711 /run/test  # for its root, who is not the machine's
mkfifo go
unshare --user bash -c 'read -r _ < go; exec setpriv --reuid 0 --regid 0 --clear-groups "$@"' _ \
  "$newest" run --rootfs "$rootfs" sh -c 'echo $(cat /proc/self/uid_map); id -u' > nested 2>&1 &
nested=$!
eventually sh -c "[ \"\$(readlink /proc/$nested/ns/user)\" != \"\$(readlink /proc/self/ns/user)\" ]" || fail "no namespace"
for kind in uid gid; do echo "0 0 2000" > "/proc/$nested/${kind}_map"; done
echo > go
wait $nested || true
[[ $(grep -v '^(the rootfs' nested) == $'0 1 1999\n0' ]] || fail "expected all but the outer root's: $(cat nested)"
finish
