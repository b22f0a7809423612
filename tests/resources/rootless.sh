#!/bin/bash
# An ordinary user has no power over cgroups, unless one was handed on: then what asks for none runs as ever, and what
# asks for one is told why not.
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
[[ $("$newest" run --help) == *--pids-limit* ]] || skip "no step has limits"
find_hierarchies
user_box() { try as_user "$newest" --root /run/test/home/state run --rootfs "$rootfs" --id x "$@"; }

user_box sh -c 'echo fine; ls /sys/fs/cgroup | wc -l'
[[ $status == 0 && $out == fine* ]] || fail "without limits$(seen)"
user_box --pids-limit 5 true
ends_with 125
says 'a limit of processes'
says 'systemd-run --user --scope -p Delegate=yes'
user_box --detach sleep 1000
ends_with 0
for command in 'pause x' 'update --cpus 1 x' 'stats x' 'events x' 'events --stats x'; do
  # shellcheck disable=SC2086  # words
  try as_user "$newest" --root /run/test/home/state $command
  ends_with 1
  says 'no cgroup'
done
try as_user "$newest" --root /run/test/home/state exec x true
ends_with 0
try as_user "$newest" --root /run/test/home/state top x  # needs no cgroup
[[ $status == 0 && $out == *'sleep 1000'* ]] || fail "top$(seen)"
try as_user "$newest" --root /run/test/home/state stats --no-stream
ends_with 0
says 'no cgroup of its own'
try as_user "$newest" --root /run/test/home/state delete --force x
ends_with 0
nothing_left "an ordinary user"

# A cgroup of the user's own: v2's by the three files that cgroups(7) names, v1's by its folder.
# in_cgroup FOLDER COMMAND…: the user's, begun in there.
in_cgroup() {
  # shellcheck disable=SC2016  # the inner shell expands it
  timeout 30 sh -c 'echo 0 > "$1/cgroup.procs"; shift; exec "$@"' sh "$1" \
    setpriv --reuid learner --regid learner --init-groups env HOME=/run/test/home "${@:2}" < /dev/null
}
own=("$newest" --root /run/test/home/state)
if has pids && [[ $cgroup_version == 1 ]]; then
  folder=$(folder_of pids)/users
  mkdir "$folder"
  chown -R learner: "$folder"
  try in_cgroup "$folder" "${own[@]}" run --rootfs "$rootfs" --id x --pids-limit 7 cat /sys/fs/cgroup/pids/pids.max
  [[ $status == 0 && $out == 7 ]] || fail "a limit in a cgroup that was handed on$(seen)"
  nothing_left "a cgroup that was handed on"
  rmdir "$folder"
elif has pids; then
  folder=$(folder_of pids)/users
  mkdir "$folder"
  chown learner: "$folder" "$folder"/cgroup.{procs,threads,subtree_control}
  limited=(run --rootfs "$rootfs" --id x --pids-limit 7)

  # Alone in there it can make room for the controllers; then it is all as it was.
  try in_cgroup "$folder" "${own[@]}" "${limited[@]}" cat /sys/fs/cgroup/pids.max
  [[ $status == 0 && $out == 7 ]] || fail "a limit in a cgroup that was handed on$(seen)"
  nothing_left "a cgroup that was handed on"
  # With others it can't, and says whom they must leave.
  # shellcheck disable=SC2016  # the inner shell expands it
  try in_cgroup "$folder" sh -c '"$@"; exit' sh "${own[@]}" "${limited[@]}" true
  ends_with 125
  says 'has processes of its own'
  nothing_left "a cgroup with others in it"

  # As in a session of systemd's: the user's processes are one further down, and what is above hands on.
  echo "+pids +memory" > "$folder/cgroup.subtree_control"
  mkdir "$folder/session"
  chown learner: "$folder"/session{,/cgroup.procs}
  try in_cgroup "$folder/session" "${own[@]}" "${limited[@]}" --memory 64m --detach sh -c 'sleep 1000 & sleep 1000'
  ends_with 0
  [[ $(< "$folder/lockstep-x/pids.max") == 7 && $(< "$folder/lockstep-x/memory.max") == 67108864 ]] || fail "a session's container has other limits"
  try in_cgroup "$folder/session" "${own[@]}" update --pids-limit 9 x
  [[ $status == 0 && $(< "$folder/lockstep-x/pids.max") == 9 ]] || fail "update$(seen)"
  try in_cgroup "$folder/session" "${own[@]}" pause x
  [[ $status == 0 && $(< "$folder/lockstep-x/cgroup.events") == *'frozen 1'* ]] || fail "pause$(seen)"
  try in_cgroup "$folder/session" "${own[@]}" resume x
  ends_with 0
  try in_cgroup "$folder/session" "${own[@]}" exec x cat /proc/self/cgroup
  [[ $status == 0 && $out == 0::/ ]] || fail "exec is elsewhere$(seen)"
  try in_cgroup "$folder/session" "${own[@]}" stats --no-stream x
  [[ $status == 0 && $out == *MiB* ]] || fail "stats$(seen)"
  try in_cgroup "$folder/session" "${own[@]}" events --stats x
  [[ $status == 0 && $out == *'"limit":9'* ]] || fail "events --stats$(seen)"
  try in_cgroup "$folder/session" "${own[@]}" delete --force x
  ends_with 0
  nothing_left "a session's container"
  rmdir "$folder/session" "$folder"
fi
finish
