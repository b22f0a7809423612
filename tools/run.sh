#!/bin/bash
# run.sh BUILD: a shell in the newest step's container, on the embedded busybox root. Without a
# terminal it shows instead what the container sees: its host name, its processes, its mounts.
set -euo pipefail
build=$1
steps=("$build"/step[0-9][0-9])
newest=${steps[-1]}

run() {
  (set -x; "$newest" run --rootfs busybox "$@")
}

"$build/rootfs-fetch" busybox
PS4='$ '
if [[ -t 0 && -t 1 ]]; then
  echo "You are about to be in a container: try hostname, ps, mount; exit leaves it."
  run --hostname box /bin/sh
else
  # shellcheck disable=SC2016  # the container's shell expands it
  run --hostname box /bin/sh -c '
    echo "host name: $(hostname)"
    echo "processes:"; ps
    echo "mounts:"; mount'
fi
