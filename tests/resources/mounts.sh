#!/bin/bash
# /sys/fs/cgroup shows the container its own cgroup and nothing above, and can't be written.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"
procs=/sys/fs/cgroup/cgroup.procs
[[ $cgroup_version == 2 ]] || procs=/sys/fs/cgroup/pids/cgroup.procs

for users in private host; do
  box --userns "$users" -- sh -c "cat /proc/self/cgroup; echo --; cat $procs"
  ends_with 0
  ! sed '/^--$/,$d' <<< "$out" | grep -qv ':/$' || fail "its cgroup isn't the root$(seen)"
  [[ $(sed '1,/^--$/d' <<< "$out" | head -1) == 1 ]] || fail "it isn't alone in what it sees$(seen)"
  box --userns "$users" -- sh -c 'find /sys/fs/cgroup -type d | grep -c lockstep-test'
  [[ $out == 0 ]] || fail "it sees the host's cgroups$(seen)"
  box --userns "$users" -- sh -c "echo 1 > $procs || echo no; mkdir \${1%/*}/y || echo no" sh "$procs"
  [[ $out == no$'\n'no ]] || fail "it can write there$(seen)"
done
box --cgroupns host -- cat /proc/self/cgroup
prints /lockstep-x
box --volume "$PWD:/sys/fs/cgroup" -- sh -c 'touch /sys/fs/cgroup/mine || ls -d /sys/fs/cgroup'
ends_with 0
box -- grep ' /sys/fs/cgroup' /proc/mounts
! grep -qv ' ro,' <<< "$out" || fail "one of them is writable$(seen)"
nothing_left "at the end"
finish
