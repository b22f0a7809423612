#!/bin/bash
# suite.sh BUILD [CTEST-OPTION…]: what `make vm` runs. On each kernel of $KERNELS ("6.1 6.12") one boot, in which the graders and
# the tests are run (guest.sh); then a summary, and exit status 1 if anything failed or no kernel could be had.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
source=$(cd "$vm_here/../.." && pwd)
build=$(cd "$1" && pwd)
shift
export LOCKSTEP_BUILD=$build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the tests run, without what it was compiled from.
mkdir -p "$work/job/source" "$work/job/build"
tar --create --directory "$source" --exclude ./build --exclude ./.git . | tar --extract --directory "$work/job/source"
tar --create --directory "$build" --exclude CMakeFiles --exclude '*.a' --exclude ./vm --exclude './ladder*' --exclude './asan*' \
  --exclude './dev*' --exclude './tidy*' --exclude './release-*' --exclude Makefile . | tar --extract --directory "$work/job/build"

failed=0 tried=0
for version in ${KERNELS:-6.1 6.12}; do
  status=0
  "$vm_here/kernel.sh" "$version" > /dev/null || status=$?
  if (( status == 3 )); then
    echo "Linux $version: not tried, see above" >> "$work/summary"
    continue
  fi
  (( status == 0 )) || exit 1
  tried=$((tried + 1))
  "$vm_here/vm-run.sh" -k "$version" -p 1 -m 2048 -t 7200 "$work/job" bash source/tests/vm/guest.sh "$source" "$build" "$@" |
    tee "$work/output" || status=$?
  {
    echo "Linux $version, $( ((status == 0)) && echo passed || echo "FAILED (exit status $status)")"
    grep -E '^(lesson [0-9]+, |[0-9]+% tests passed)|^== ended' "$work/output" | sed 's/^/  /' || true
  } >> "$work/summary"
  (( status == 0 )) || failed=1
done
echo
cat "$work/summary"
(( tried )) || failed=1
exit "$failed"
