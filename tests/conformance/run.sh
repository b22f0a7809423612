#!/bin/bash
# run.sh BUILD: what `make conformance` runs: both tables.
set -uo pipefail
LOCKSTEP_BUILD=$(cd "$1" && pwd)
LOCKSTEP_SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
export LOCKSTEP_BUILD LOCKSTEP_SOURCE
status=0
for half in differential table; do
  "$LOCKSTEP_SOURCE/tests/conformance/$half.sh" || status=1
  echo
done
exit "$status"
