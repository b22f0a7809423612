#!/bin/bash
# `update` changes the limits of a container that runs, and they are remembered.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
{ has memory && has cpu && has pids; } || skip "there are no memory, cpu and pids controllers"

start_box --memory 64m -- sleep 1000
succeeds "$newest" update --pids-limit 50 --cpu-shares 2048 x
is_set 50 pids pids.max pids.max
is_set 2048 cpu cpu.shares cpu.weight 174
is_set 67108864 memory memory.limit_in_bytes memory.max
succeeds "$newest" update --memory 96m x
is_set 100663296 memory memory.limit_in_bytes memory.max
succeeds "$newest" update --memory 32m --memory-swap 32m x
is_set 33554432 memory memory.limit_in_bytes memory.max
succeeds "$newest" update --memory 256m --memory-swap 512m x
is_set 268435456 memory memory.limit_in_bytes memory.max
echo '{"memory": {"limit": 134217728}, "cpu": {"quota": 30000, "period": 60000}}' > limits
succeeds "$newest" update --resources limits x
is_set 134217728 memory memory.limit_in_bytes memory.max
[[ $cgroup_version == 1 ]] || is_set "30000 60000" cpu - cpu.max
[[ $cgroup_version == 2 ]] || is_set 30000 cpu cpu.cfs_quota_us -
succeeds "$newest" update --cpu-quota -1 x
[[ $cgroup_version == 1 ]] || is_set "max 60000" cpu - cpu.max
[[ $cgroup_version == 2 ]] || is_set -1 cpu cpu.cfs_quota_us -
grep -q '"limit":50' /run/lockstep/x/state.json || fail "the state doesn't know of it: $(< /run/lockstep/x/state.json)"

echo '{"pids": {"limit": "many"}}' > limits
refuses 1 'limits: pids.limit: expected an integer, got "many"' "$newest" update --resources limits x
echo '{"devices": [{"allow": true}]}' > limits
refuses 1 "can't be changed" "$newest" update --resources limits x
refuses 1 'CPUs' "$newest" update --cpus 0 x
refuses 1 "container's ID" "$newest" update --cpus 1
refuses 1 'does not exist' "$newest" update --cpus 1 y
is_set 50 pids pids.max pids.max
"$newest" kill x KILL
ended() { [[ $("$newest" state x) == *stopped* ]]; }
eventually ended
refuses 1 'is stopped' "$newest" update --cpus 1 x
end_box
finish
