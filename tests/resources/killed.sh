#!/bin/bash
# SIGKILL of the runtime at 20 moments each of run, exec, update, pause and delete: `delete --force` leaves no cgroup.
# shellcheck disable=SC2034  # for kill_moments.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../support/kill_moments.sh"
step=$newest
limits=(--pids-limit 20 --cgroup-parent lockstep-parent)
run=("$step" run --rootfs "$rootfs" --id x "${limits[@]}")
"${run[@]}" true
before=$(snapshot /run/test/work)
running="${run[*]} --detach sleep 1000 > /dev/null"
each_moment run true "${run[@]}" true
each_moment "run --detach" true "${run[@]}" --detach sleep 1000
each_moment exec "$running" "$step" exec x true
each_moment pause "$running" "$step" pause x
each_moment resume "$running; $step pause x" "$step" resume x
each_moment update "$running" "$step" update --pids-limit 30 x
each_moment "delete --force of a paused one" "$running; $step pause x" "$step" delete --force x
nothing_left "at the end"
enough_killed
finish
