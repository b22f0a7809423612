#!/bin/bash
# Bridges without root: an ordinary user's containers in a network of theirs find each other by name, reach the outside
# and are reached on published ports (by pasta), see nothing of the host's network, and leave nothing: the process that
# holds the bridges ends with the last of them, also after kill -9 of the runtime, and comes back for the next.
# shellcheck disable=SC2016,SC2046,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rootless.sh"
holders() { grep -lx lockstep-netns /proc/[0-9]*/comm 2> /dev/null | wc -l || true; }
nothing_left() {  # WHAT
  eventually eval '(( $(holders) == 0 ))' || fail "$1: a process holds bridges that nobody is at"
  [[ ! -e $store/networks/.rootless-netns ]] || fail "$1: its note is still there"
  [[ -z $(ls /tmp/lockstep-*) ]] || fail "$1: left: $(find /tmp/lockstep-*)"
}
# asks ID NAME: what the container ID hears from the one that its /etc/hosts calls so.
asks() {
  as_user "$step" exec "$1" sh -c 'network-helper ask '"${3:-tcp}"' "$(sed -n "s/^\\(10[0-9.]*\\)\t.*\<'"$2"'\>.*/\1/p" /etc/hosts)" 80 1'
}
before=$(network_state)
store=/run/test/home/.local/share/lockstep

for step in step05 $([[ $newest == step05 ]] || echo "$newest"); do
  container=("$step" run --rootfs "$rootfs")
  a_users() {  # ID OPTION…: one that answers on port 80
    local id=$1
    shift
    try as_user "${container[@]}" --id "$id" --hostname "$id" --detach "$@" network-helper serve 80
    ends_with 0
  }
  succeeds as_user "$step" network create --subnet 10.77.0.0/24 --ipv6 web
  succeeds as_user "$step" network create --internal inner
  (( $(holders) == 0 )) || fail "a network alone takes no process"

  # Neighbours, by name and in both directions, also on two networks.
  a_users one --network inner --network-alias first
  a_users two --network inner
  (( $(holders) == 1 )) || fail "expected one process for all bridges, got $(holders)"
  gets 'one ' asks two one
  gets 'one ' asks two first udp
  gets 'two ' asks one two
  address=$(as_user "$step" exec one hostname -i)
  gets_nothing as_user "$step" exec two network-helper ask tcp 192.0.2.1 7000 1
  try as_user "$step" exec one cat /proc/net/dev
  [[ $out != *wan* && $out == *eth0* ]] || fail "expected its own interfaces$(seen)"
  [[ $(network_state) == "$before" ]] || fail "the host's network has changed"
  succeeds as_user "$step" delete --force one
  (( $(holders) == 1 )) || fail "the bridges went while somebody was there"
  gets_nothing asks two one
  gets_nothing as_user "$step" exec two network-helper ask tcp "${address%% *}" 80 1
  succeeds as_user "$step" delete --force two
  nothing_left 'two containers'

  # In the foreground, to the end.
  try as_user "${container[@]}" --network inner true
  ends_with 0
  nothing_left 'a run in the foreground'

  # The runtime is killed while it waits for the container.
  as_user "${container[@]}" --id x --network inner sleep 1000 > /dev/null 2>&1 &
  eventually eval '[[ $(as_user "$step" list) == *running* ]]' || fail "x doesn't run"
  for pid in $(as_user "$step" ps -f json x | tr -d '[]'); do
    kill -9 "$(awk '{ print $4 }' "/proc/$pid/stat")"
  done
  succeeds as_user "$step" delete --force x
  nothing_left 'a killed runtime'

  # Somebody ends the process: the next container gets another, and a line says who is cut off.
  a_users x --network inner
  kill -TERM "$(cut -d' ' -f1 "$store/networks/.rootless-netns")"
  eventually eval '(( $(holders) == 0 ))' || fail "it didn't end"
  a_users y --network inner
  [[ $err == *"had ended: x can't be reached"* ]] || fail "expected a line about x$(seen)"
  a_users z --network inner
  gets 'y ' asks z y
  succeeds as_user "$step" delete --force x y z
  nothing_left 'a holder that was killed'

  # One network isn't reached from another, though the host may forward: nobody filters between them.
  succeeds as_user "$step" network create --internal --subnet 10.99.0.0/24 other
  a_users x --network inner
  nsenter --target "$(cut -d' ' -f1 "$store/networks/.rootless-netns")" --net \
    sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  a_users y --network other
  as_user "$step" exec $(may_route "$step") x ip route add 10.99.0.0/24 via "$(as_user "$step" exec x sh -c "ip -4 -o address show eth0 | sed 's|.*inet \([0-9.]*\)\.[0-9]*/.*|\1.1|'")"
  gets_nothing as_user "$step" exec x network-helper ask tcp 10.99.0.2 80 1
  try as_user "$step" exec y cat /proc/net/snmp
  [[ $(awk '/^Tcp: [0-9]/ { print $11 }' <<< "$out") == 0 ]] || fail "a packet came from another network$(seen)"
  succeeds as_user "$step" delete --force x y
  succeeds as_user "$step" network rm other

  # Root deletes a user's container; the user's next one forgets it.
  a_users x --network inner
  a_users y --network inner
  succeeds "$step" --root "/tmp/lockstep-$(id -u learner)" delete --force x
  succeeds as_user "$step" delete --force y
  nothing_left 'one that root deleted'
  try env LOCKSTEP_STORE=$store "$step" run --rootfs "$rootfs" --network inner true
  (( status == 125 )) || fail "root ran in a user's network$(seen)"
  says "are another user's"

  # Where there is no way out, neighbours are reached all the same, and a line says what is missing.
  ip route delete default
  try as_user "${container[@]}" --network web true
  ends_with 0
  if command -v pasta > /dev/null; then
    [[ $err == *'no way out'*'External interface not usable'* ]] || fail "expected a line$(seen)"
  else
    [[ $err == *'no way out'* ]] || fail "expected a line$(seen)"
  fi
  ip route add default via 192.0.2.254
  nothing_left 'no way out'

  if command -v pasta > /dev/null && can_tun; then
    a_users x --network web -p 8080:80
    a_users y --network web,inner
    gets 'x ' asks y x
    gets 'x ' "${ask[@]}" 127.0.0.1 8080
    gets ' 192.0.2.1' as_user "$step" exec y network-helper ask tcp 192.0.2.2 80
    refuses_as_user '8080' "${container[@]}" --network web -p 8080:80 true
    refuses_as_user 'port 80 of this machine is root' "${container[@]}" --network web -p 80:80 true
    refuses_as_user 'is internal' "${container[@]}" --network inner -p 8081:80 true
    succeeds as_user "$step" delete --force x y
    nothing_left 'pasta'
  else
    echo "pasta or /dev/net/tun is missing: no way out, and no published port, was tried"
  fi
  refuses_as_user 'no network' "${container[@]}" --network nowhere true
  nothing_left 'a refused one'
  succeeds as_user "$step" network rm web inner
  [[ $(network_state) == "$before" ]] || fail "the host's network is not as it was"
done

if has_users "$newest" && command -v newuidmap > /dev/null; then
  # With subordinate ids, and an image, for all three kinds of users.
  echo learner:100000:65536 | tee /etc/subuid > /etc/subgid
  succeeds as_user "$newest" network create --internal inner
  for users in private keep-id keep-id:uid=7,gid=8; do
    try as_user "$newest" run --rootfs "$rootfs" --network inner --userns $users sh -c 'id -u; cat /proc/self/uid_map'
    ends_with 0
    if [[ $users == private ]]; then prints 65535; fi
    if [[ $users == keep-id:* ]]; then prints 7; fi
  done
  succeeds as_user rootfs-fetch busybox
  for users in private keep-id; do
    try as_user "$newest" run --id image --network inner --userns $users --user 7:8 busybox \
      sh -c 'id -u && touch /tmp/a && test "$(stat -c %u:%g /tmp/a)" = 7:8 && ip -o link show eth0'
    ends_with 0
    prints 7
    succeeds as_user "$newest" rm --force image
  done
  try as_user "$newest" run --rootfs "$rootfs" --network inner --user 1000:1000 sh -c 'id -u; id -g'
  ends_with 0
  prints 1000
  nothing_left 'subordinate ids'

  # Ids that aren't the user's are refused as without a network.
  for map in 0:165000:1000 0:5000:10; do
    refuses_as_user "not all of these ids are learner's" "$newest" run --rootfs "$rootfs" --network inner --uidmap $map true
    hints '/etc/subuid must give learner these ids'
  done
  nothing_left 'a map of other ids'
  rm /etc/subuid /etc/subgid
  a_users x --network inner 2> /dev/null
  echo learner:100000:65536 | tee /etc/subuid > /etc/subgid
  refuses_as_user "this user's ids have changed" "$newest" run --rootfs "$rootfs" --network inner true
  hints 'in a network: x'
  succeeds as_user "$newest" delete --force x

  # step05's container has borrowed all ids there; what it gives them is read, and committed.
  succeeds as_user rootfs-fetch busybox
  try as_user step05 run --id c --network inner busybox sh -c 'mkdir -m 700 /d; touch /d/x; chown 5:6 /d/x /d; chown 7 /etc/passwd'
  ends_with 0
  try as_user step05 diff c
  ends_with 0
  prints 'A /d/x'
  succeeds as_user step05 commit c new
  try as_user step05 run --rm --network inner new stat -c '%u:%g' /d/x /etc/passwd
  [[ $out == $'5:6\n7:0' ]] || fail "owners are lost$(seen)"
  succeeds as_user step05 rm c
  nothing_left 'a commit'
fi
finish
