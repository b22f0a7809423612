#!/bin/bash
# What can't be had is said in a sentence, with the option, or the file that refused it, and a way out.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
run=("$newest" run --rootfs "$rootfs" --id x)

refuses 125 '--memory-swap: needs --memory' "${run[@]}" --memory-swap 1g true
refuses 125 "not less than --memory" "${run[@]}" --memory 64m --memory-swap 32m true
refuses 125 '--memory-reservation' "${run[@]}" --memory 64m --memory-reservation 65m true
refuses 125 '--oom-kill-disable: needs --memory' "${run[@]}" --oom-kill-disable true
refuses 125 '--cpus: not with --cpu-quota' "${run[@]}" --cpus 1 --cpu-quota 5000 true
refuses 125 '"/dev/null" is no block device' "${run[@]}" --device-read-bps /dev/null:1m true
refuses 125 '"/tmp" is no device' "${run[@]}" --device /tmp true
refuses 125 '/dev/none' "${run[@]}" --device /dev/none true
if has cpuset; then
  refuses 125 'cpuset.cpus", "999"' "${run[@]}" --cpuset-cpus 999 true
  hints "the CPUs that can be had here are"
fi

# A machine whose /sys/fs/cgroup is read-only, as in many containers, or has no cgroups at all.
# shellcheck disable=SC2016  # its shell expands it
for spoil in 'for m in $(grep "^cgroup" /proc/mounts | cut -d " " -f 2); do mount -o remount,bind,ro $m; done' \
  'mount -t tmpfs none /sys/fs/cgroup'; do
  spoiled() { unshare --mount --propagation private sh -c "$spoil; exec \"\$@\"" sh "$@"; }
  try spoiled "${run[@]}" echo fine
  [[ $status == 0 && $out == fine ]] || fail "without a cgroup, and none is needed$(seen)"
  try spoiled "${run[@]}" --pids-limit 5 true
  ends_with 125
  says "a limit of processes"
  says "hint: "
  nothing_left "$spoil"
done
finish
