#!/bin/bash
# all.sh BUILD JOBS: every sweep without leaving a call out, JOBS at a time. Each of them goes through each JOBS-th call.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
LOCKSTEP_BUILD=$(cd "$1" && pwd)
LOCKSTEP_SOURCE=$(cd "$here/../.." && pwd)
export LOCKSTEP_BUILD LOCKSTEP_SOURCE LOCKSTEP_STRIDE=$2
status=0
for fault in kill-runtime kill-caller error; do
  parts=()
  for (( i = 0; i < LOCKSTEP_STRIDE; ++i )); do
    LOCKSTEP_OFFSET=$i "$here/sweep.sh" "$fault" &
    parts+=($!)
  done
  for part in "${parts[@]}"; do wait "$part" || status=1; done
done
exit "$status"
