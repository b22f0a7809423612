#!/bin/bash
# table.sh: what the specification demands, and what holds each; behind the differential test, whose results it reads.
# LOCKSTEP_SPEC=DIR: also, that no sentence of that copy of the runtime-spec is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
results=$LOCKSTEP_BUILD/tests/conformance-cases.json
[[ -e $results ]] || { echo "skipped: the differential test has not run: ctest -R conformance.differential"; exit 77; }
names=$(mktemp)
trap 'rm -f "$names"' EXIT
ctest --test-dir "$LOCKSTEP_BUILD" -N | sed -n 's/^ *Test *#[0-9]*: //p' > "$names"
# shellcheck disable=SC2086  # one word or none
python3 "$here/table.py" "$results" "$names" "$LOCKSTEP_BUILD" ${LOCKSTEP_SPEC:-}
