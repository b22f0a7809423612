#!/bin/bash
# What a container may use ends where it was told: memory, processes, computing time, CPUs, the disk's share.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"

if has memory; then
  # 64 MiB where 32 are allowed: the kernel ends who asks for it. Without the limit the same ends well.
  hungry='dd if=/dev/zero of=/dev/shm/x bs=1M count=60 2> /dev/null && echo all; x=$(head -c 64000000 /dev/zero | tr "\0" a); echo ${#x}'
  box --memory 32m --memory-swap 32m -- sh -c "$hungry"
  ends_with 137
  box --memory 256m -- sh -c 'x=$(head -c 64000000 /dev/zero | tr "\0" a); echo ${#x}'
  ends_with 0
  prints 64000000
  box --memory 64k -- true  # too small to start in
  ends_with 125
  says 'memory limit, 65536 bytes, is too small'
  nothing_left "a limit too small to start in"
  start_box --memory 64m --memory-reservation 32m -- sleep 1000
  is_set 67108864 memory memory.limit_in_bytes memory.max
  is_set 33554432 memory memory.soft_limit_in_bytes memory.low
  [[ ! -e $(folder_of memory)/lockstep-x/memory.memsw.limit_in_bytes && $cgroup_version == 1 ]] ||
    is_set 134217728 memory memory.memsw.limit_in_bytes memory.swap.max 67108864
  end_box
else
  echo "not tried: there is no memory controller"
fi

if has pids; then
  # 200 children where 64 are allowed. (The shell gives up at the first fork that fails.)
  fork='i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i + 1)); done 2> /dev/null; echo $i'
  box --pids-limit 64 -- sh -c "$fork"
  [[ $out != 200 ]] || fail "200 children where 64 are allowed$(seen)"
  box -- sh -c "$fork"
  [[ $out == 200 ]] || fail "without a limit$(seen)"
  start_box --pids-limit 64 -- sh -c "($fork) & exec sleep 1000"
  at_the_limit() { (( $(setting pids pids.current pids.current) >= 63 )); }
  eventually at_the_limit || fail "pids.current: $(setting pids pids.current pids.current)"
  sleep 0.2
  (( $(setting pids pids.current pids.current) <= 64 )) || fail "more than 64: $(setting pids pids.current pids.current)"
  is_set 64 pids pids.max pids.max
  end_box
  start_box --pids-limit -1 -- sleep 1000
  is_set max pids pids.max pids.max
  end_box
fi

if has cpu; then
  start_box --cpus 0.2 --cpu-shares 512 -- sh -c 'while :; do :; done'
  [[ $cgroup_version == 2 ]] || is_set 20000 cpu cpu.cfs_quota_us -
  [[ $cgroup_version == 1 ]] || is_set "20000 100000" cpu - cpu.max
  is_set 512 cpu cpu.shares cpu.weight 59
  throttled() { [[ $(setting cpu cpu.stat cpu.stat) =~ nr_throttled\ [1-9] ]]; }
  eventually throttled || fail "it computes all the time and never waits: $(setting cpu cpu.stat cpu.stat)"
  end_box
  start_box --cpu-period 50000 --cpu-quota 25000 -- sleep 1000
  [[ $cgroup_version == 2 ]] || is_set 50000 cpu cpu.cfs_period_us -
  [[ $cgroup_version == 1 ]] || is_set "25000 50000" cpu - cpu.max
  end_box
fi

if has cpuset; then
  box --cpuset-cpus 0 --cpuset-mems 0 -- nproc
  [[ $out == 1 ]] || fail "one CPU was given$(seen)"
  box -- nproc
  [[ $out == $(nproc) ]] || fail "no set of CPUs was asked for$(seen)"
fi

if has blkio || has io; then
  controller=$(has blkio && echo blkio || echo io)
  disk=$(find /dev -maxdepth 1 -type b \( -name 'vd[a-z]' -o -name 'sd[a-z]' -o -name 'nvme*n1' \) | head -1)
  if [[ -n $disk ]]; then
    number=$((0x$(stat -c %t "$disk"))):$((0x$(stat -c %T "$disk")))
    start_box --device-read-bps "$disk:1m" --device-write-iops "$disk:100" -- sleep 1000
    [[ $(setting "$controller" blkio.throttle.read_bps_device io.max) =~ ^$number\ (1048576|rbps=1048576) ]] ||
      fail "the disk's limit: $(setting "$controller" blkio.throttle.read_bps_device io.max)"
    end_box
  fi
fi
nothing_left "at the end"
finish
