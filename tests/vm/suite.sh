#!/bin/bash
# suite.sh BUILD [ARCH [none|CTEST-OPTION…]]: what `make vm` runs. On each kernel of $KERNELS ("6.1 6.12") one boot, in which the graders
# and the tests are run (guest.sh); then a summary, and exit status 1 if anything failed or no kernel could be had.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
source=$(cd "$vm_here/../.." && pwd)
build=$(cd "$1" && pwd)
arch=${2:-$(vm_own_arch)}  # "" is this machine's
shift $(( $# < 2 ? $# : 2 ))
export LOCKSTEP_BUILD=$build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the tests run, without what it was compiled from.
job_build=$work/job/build
[[ $build != "$source"/* ]] || job_build=$work/job/source/${build#"$source"/}
mkdir -p "$work/job/source" "$job_build"
tar --create --directory "$source" --exclude ./build --exclude ./.git . | tar --extract --directory "$work/job/source"
tar --create --directory "$build" --exclude CMakeFiles --exclude '*.a' --exclude ./vm --exclude './ladder*' --exclude './asan*' \
  --exclude './dev*' --exclude './tidy*' --exclude './release-*' --exclude ./arm64 --exclude ./sysroot --exclude Makefile . | tar --extract --directory "$job_build"
(( $# )) || "$source/tests/bench/engine.sh" -m "$job_build/bench"

# try_kernel VERSION: its output and, at the end, its exit status and the summary's lines go to files.
try_kernel() {
  local version=$1 status=0 since=$SECONDS
  shift
  "$vm_here/kernel.sh" "$version" "$arch" > /dev/null || status=$?
  if (( status == 3 )); then
    echo skipped > "$work/status-$version"
    return
  fi
  (( status != 0 )) || "$vm_here/vm-run.sh" -a "$arch" -k "$version" -p 1 -m 2048 -t 7200 "$work/job" \
    bash source/tests/vm/guest.sh "$source" "$build" "$@" > "$work/output-$version" 2>&1 || status=$?
  echo "$status" > "$work/status-$version"
  echo "$((SECONDS - since))" > "$work/took-$version"
}

# One line for each kernel's result, below it what was counted.
summary() {
  local version status took failed=0 tried=0
  for version in "${kernels[@]}"; do
    status=$(< "$work/status-$version")
    took=$(cat "$work/took-$version" 2> /dev/null) || true
    case $status in
      skipped) echo "Linux $version: not tried: no package of it can be had, see above" ;;
      0) echo "Linux $version: passed, in $took s" ;;
      *) echo "Linux $version: FAILED (exit status $status), in $took s"; failed=1 ;;
    esac
    [[ $status == skipped ]] || tried=1
    grep -E '^(lesson [0-9]+, |the busybox image|[0-9]+% tests passed|Total Test time|[0-9]+ cases through|[0-9]+ elsewhere, |== ended)' "$work/output-$version" 2> /dev/null | sed 's/^/  /' || true
  done
  (( tried && ! failed ))
}

# Both at once, for each takes one processor (with JOBS=1 one after the other); which of them says something stands before each line.
read -ra kernels <<< "${KERNELS:-6.1 6.12}"
"$vm_here/system.sh" "$arch" > /dev/null
for version in "${kernels[@]}"; do
  touch "$work/output-$version"
  try_kernel "$version" "$@" &
  tail --pid=$! --lines=+1 --follow "$work/output-$version" | sed -u "s/^/$version | /" &
  [[ ${JOBS:-} != 1 ]] || wait
done
wait
echo
summary
