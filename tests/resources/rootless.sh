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
if has pids && [[ $cgroup_version == 1 ]]; then
  folder=$(folder_of pids)/users
  mkdir "$folder"
  chown -R learner: "$folder"
  in_users() { sh -c "echo 0 > $folder/cgroup.procs; exec \"\$@\"" sh "$@"; }
  try in_users setpriv --reuid learner --regid learner --init-groups env HOME=/run/test/home timeout 30 \
    "$newest" --root /run/test/home/state run --rootfs "$rootfs" --id x --pids-limit 7 cat /sys/fs/cgroup/pids/pids.max
  [[ $status == 0 && $out == 7 ]] || fail "a limit in a cgroup that was handed on$(seen)"
  nothing_left "a cgroup that was handed on"
  rmdir "$folder"
fi
finish
