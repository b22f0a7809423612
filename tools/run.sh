#!/bin/bash
# run.sh BUILD: a shell in the newest step's container, of the embedded busybox image. Without a
# terminal it shows instead what the container sees: its host name, its processes, its mounts, its
# network, its users, and its share of the machine.
set -euo pipefail
build=$1
steps=("$build"/step[0-9][0-9])
newest=${steps[-1]}
limits=(--memory 256m --pids-limit 256)

run() {
  (set -x; "$newest" run --rm --hostname box "$@")
}

"$build/rootfs-fetch" busybox
# Not everybody may make cgroups.
if ! refusal=$("$newest" run --rm "${limits[@]}" busybox true 2>&1); then
  limits=()
  echo "(no limits: ${refusal%%$'\n'*})"
fi
PS4='$ '
if [[ -t 0 && -t 1 ]]; then
  echo "You are about to be in a container: try hostname, ps, mount; exit leaves it."
  run "${limits[@]}" busybox /bin/sh
else
  # shellcheck disable=SC2016  # the container's shell expands it
  run "${limits[@]}" busybox /bin/sh -c '
    echo "host name: $(hostname)"
    echo "processes:"; ps -o pid,user,comm
    echo "mounts:"; mount
    echo "network:"; ls /sys/class/net
    echo "users:"; id; cat /proc/self/uid_map
    echo "cgroups:"; cat /proc/self/cgroup
    for file in pids.max memory.max memory.limit_in_bytes; do
      for path in /sys/fs/cgroup/$file /sys/fs/cgroup/*/$file; do
        [ ! -e "$path" ] || echo "$path: $(cat "$path")"
      done
    done'
fi
