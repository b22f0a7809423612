#!/bin/bash
# SIGKILL of the runtime at 30 moments, spread evenly over its system calls (strace delivers it), in run and delete of a
# container of an image; then `delete --force`. Nothing is left, in the store or elsewhere.
# shellcheck disable=SC2154,SC2016  # try's variables; what others expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
kMoments=30
. "$(dirname "$0")/../support/kill_moments.sh"
step=$newest
begin_image
add_layer 'mkdir srv; echo seed > srv/seed'
finish_image volumes '{"Volumes":{"/srv":{}}}'
run=("$step" run "${once[@]}" --id x volumes)
detached=("$step" run --detach --id x volumes sleep 1000)
"${run[@]}" true
"$step" delete --force x
before=$(snapshot)

gone() {
  succeeds "$step" delete --force x
  unchanged "$before" "$1"
  before=$now
  no_sandboxes "$1"
}

each_moment "run" true "${run[@]}" true
each_moment "run --detach" true "${detached[@]}"
each_moment "delete --force" '"${detached[@]}" > /dev/null' "$step" delete --force x
# Killed while a copy is made, on an overlay.
mkdir -p /run/test/layers/{upper,work,lower}
mount -t overlay -o lowerdir=/run/test/layers/lower,upperdir=/run/test/layers/upper,workdir=/run/test/layers/work overlay "$LOCKSTEP_STORE/containers"
before=$(snapshot)
each_moment "run, copied" true "${run[@]}" true
enough_killed
finish
