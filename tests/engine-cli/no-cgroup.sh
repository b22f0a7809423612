#!/bin/bash
# --cgroup-manager disabled: no cgroup is made; what takes one is refused; all that the PID namespace can do is done.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
find_hierarchies
without=(lockstep --cgroup-manager disabled)
new_config lockstep sh -c 'sleep 1000 & cat /proc/self/cgroup; wait'
config '.linux.resources = {}'
before=$(snapshot /run/test/work)
own=$(< /proc/self/cgroup)

"${without[@]}" create --bundle "$bundle" x > said 2>&1 < /dev/null || fail "create: $(< said)"
grep -q 'without a cgroup no device is denied' said || fail "create: $(< said)"
rm said
succeeds lockstep start x
[[ $(< "/proc/$(pid)/cgroup") == "$own" ]] || fail "in another cgroup than ours: $(< "/proc/$(pid)/cgroup")"
nothing_left "of a container without"
for verb in pause stats update events; do
  case $verb in
    update) line=(update --pids-limit 5 x) ;;
    stats) line=(stats --no-stream x) ;;
    events) line=(events --stats x) ;;
    *) line=("$verb" x) ;;
  esac
  try lockstep "${line[@]}"
  ends_with 1
  says 'has no cgroup'
  hints '--cgroup-manager disabled'
done
try lockstep exec --cgroup /a x true
ends_with 125
says 'no cgroup of its own'
succeeds lockstep exec x cat /proc/self/cgroup
succeeds lockstep ps x
[[ $out == *"sleep 1000"* ]] || fail "ps$(seen)"
succeeds lockstep kill --all x KILL
becomes stopped
succeeds lockstep delete x
nothing_left "after delete"

# Behind the command, too; and delete --force.
try lockstep run --cgroup-manager=disabled --detach --bundle "$bundle" x
ends_with 0
nothing_left "of run"
succeeds lockstep delete --force x

# With users of its own nobody makes nodes, so there is nothing to be said.
succeeds lockstep run --cgroup-manager disabled --rootfs "$rootfs" true

# What it would see of cgroups is others', too: not to be written.
# shellcheck disable=SC2016  # the container's shell expands it
config '(.mounts[] | select(.type == "cgroup").options) = ["rw"] | .process.args = ["sh", "-c", "find /sys/fs/cgroup -name cgroup.procs -maxdepth 3 | while read f; do echo 0 > $f && echo WRITTEN; done"]'
if jq -e '.mounts[] | select(.type == "cgroup")' "$bundle/config.json" > /dev/null; then
  try "${without[@]}" run --bundle "$bundle" x
  [[ $out != *WRITTEN* ]] || fail "its caller's cgroup can be written$(seen)"
  says 'ead-only'
fi

# Limits of every kind are refused, by their names.
for limit in 'memory: {limit: 67108864}' 'pids: {limit: 20}' 'cpu: {shares: 512}'; do
  config ".linux.resources = {$limit} | .process.args = [\"true\"]"
  try "${without[@]}" run --bundle "$bundle" x
  ends_with 125
  says "can't be set: there is to be no cgroup (--cgroup-manager disabled)"
  no_containers
done
rm "$bundle/config.json"
nothing_left "at the end"
finish
