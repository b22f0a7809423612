#!/usr/bin/env bash
# bench.sh: compare `run` of /bin/true by the steps, by the floor program, by runc and by crun.
#
# usage: tests/bench/bench.sh [-n ROUNDS] [-p PAUSES] [-o DIR] [BUILD]
#
#   -n ROUNDS  measured rounds of every table (default 100)
#   -p PAUSES  pauses before each run in ms, one table each (default 0,50)
#   -o DIR     keep every single time in DIR/pause-N.tsv
#   -h         this text
#
# BUILD is the folder with step01, step02, …: a release build. Without it, the variable
# LOCKSTEP_BUILD names it, or else it is build/ of this repository. RUNC and CRUN name other programs
# than those in PATH, CC another C compiler.
#
# Needs root (asks sudo for it), a C compiler with a static libc, and the static busybox. It measures
# and judges, but never fails for being slow: the exit status is 1 only if something could not be
# run, 2 for wrong options. docs/benchmarks.md says what the columns mean.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=100 pauses=0,50 out=
work=/run/bench # on a tmpfs that only this process and its children see
exit_status=0

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
say() { printf '%s\n' "$*"; }
fail() {
  say "bench: $*" >&2
  exit 1
}
wrong() {
  say "bench: $* (-h shows the options)" >&2
  exit 2
}

arguments=("$@")
while getopts :n:p:o:h option; do
  case $option in
    n) rounds=$OPTARG ;;
    p) pauses=$OPTARG ;;
    o) out=$OPTARG ;;
    h) usage && exit 0 ;;
    :) wrong "-$OPTARG needs a value" ;;
    *) wrong "-$OPTARG is not an option" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || wrong "'$2' is one argument too many"
[[ $rounds =~ ^[1-9][0-9]{0,3}$ && $rounds -le 5000 ]] || wrong "-n takes a number from 1 to 5000"
[[ $pauses =~ ^[0-9]{1,5}(,[0-9]{1,5})*$ ]] || wrong "-p takes milliseconds, such as 0,50"

build=$(realpath -m "${1:-${LOCKSTEP_BUILD:-$here/../../build}}")
[ -z "$out" ] || mkdir -p "$out"
[ -z "$out" ] || out=$(realpath "$out")
for folder in "$here" "$build" "$out"; do
  case $folder/ in /run/*) fail "$folder is below /run, which the benchmark covers: move it" ;; esac
done

if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || fail "needs root, for the mounts and for runc and crun"
  say "bench: asks sudo for root, which the mounts, runc and crun need"
  exec sudo env LOCKSTEP_BUILD="$build" RUNC="${RUNC:-runc}" CRUN="${CRUN:-crun}" CC="${CC:-cc}" \
    "$BASH" "$here/bench.sh" "${arguments[@]}"
fi

# Again under a lock (two benchmarks at a time would measure each other's kernel locks) and in a
# mount namespace of its own, so that whatever is mounted below is gone when this ends.
namespace=$(readlink /proc/self/ns/mnt)
if [ "${LOCKSTEP_BENCH_OUTSIDE:-$namespace}" = "$namespace" ]; then
  export LOCKSTEP_BENCH_OUTSIDE=$namespace
  flock --nonblock --close --conflict-exit-code 75 "$here/bench.sh" \
    unshare --mount --propagation private "$BASH" "$here/bench.sh" "${arguments[@]}" || exit_status=$?
  [ $exit_status != 75 ] || fail "another benchmark is running: wait for it to end"
  exit $exit_status
fi

# crun up to 1.21 refuses a hybrid of cgroup v1 and v2. A tmpfs with the v1 folders only is v1 to it.
hide_unified_cgroup() {
  [ "$(stat -fc %T /sys/fs/cgroup/unified 2>/dev/null)" = cgroup2fs ] || return 0
  mkdir "$work/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$work/cgroup"
  local entry
  for entry in /sys/fs/cgroup/*; do
    if [ -L "$entry" ]; then
      cp -P "$entry" "$work/cgroup/"
    elif [ "$(stat -fc %T "$entry")" = cgroupfs ]; then
      mkdir "$work/cgroup/${entry##*/}"
      mount --bind "$entry" "$work/cgroup/${entry##*/}"
    fi
  done
  mount --move "$work/cgroup" /sys/fs/cgroup
}

# runc and crun make cgroups even for a bundle that asks for none; an interrupted run leaves them.
# shellcheck disable=SC2317  # called by the trap
remove_cgroups() {
  find /sys/fs/cgroup -depth -type d -name "*lockstep-bench-$$-*" -exec rmdir {} + 2>/dev/null || :
}

make_bundle() {
  local busybox
  busybox=$(command -v busybox) || fail "no busybox: make deps installs busybox-static"
  ! readelf -lW "$busybox" | grep -q INTERP || fail "$busybox is not static: install busybox-static"
  mkdir -p "$work/bin" "$work/state" "$work"/bundle/rootfs/{bin,dev,proc,sys}
  cp "$busybox" "$work/bundle/rootfs/bin/busybox"
  ln -s busybox "$work/bundle/rootfs/bin/true"
  cp "$here/config.json" "$work/bundle/" # the namespaces, mounts and paths of floor.c's step03
}

compile() { # PROGRAM SOURCE…
  (cd "$here" && "${CC:-cc}" -O2 -static -Wall -Wextra -o "$work/bin/$1" "${@:2}") ||
    fail "$1 does not compile: a C compiler and a static libc (libc6-dev) are needed"
}

# add_row LABEL FLOOR COMMAND…: runs the command once, which also tells its resident size, and makes
# it a row of the plan.
add_row() {
  local label=$1 floor=$2 resident
  shift 2
  resident=$("$work/bin/resident" "${@/#\{id\}/lockstep-bench-$$-first}" \
    </dev/null 2>"$work/log") || return 1
  strip -o "$work/stripped" "$1" 2>/dev/null || cp "$1" "$work/stripped" # a script can't be stripped
  printf '%s\t%s\t%s\t%s\t%s\n' "$label" "$floor" "${resident##*$'\n'}" \
    $((($(stat -c %s "$work/stripped") + 1023) / 1024)) "$*" >>"$work/plan"
}

# A step and its floor. A link gives the step a path without blanks, as the plan needs it.
add_step() { # NUMBER COMMAND…, where COMMAND is what follows `run`
  local step=step$1
  local floor=("floor $1" "floor $1" "$work/bin/floor" "$step" "$work/state" "$work/bundle/rootfs")
  add_row "${floor[@]}" "${@: -1}" || fail "the floor of $step does not run: $(cat "$work/log")"
  [ -x "$build/$step" ] || { say "$build/$step is not built: left out" && return 0; }
  ! readelf -lW "$build/$step" | grep -q INTERP || say "$step is not static: not a release build?"
  ln -s "$build/$step" "$work/bin/$step"
  shift
  add_row "$step" "floor ${step#step}" "$work/bin/$step" run --hostname bench "$@" ||
    fail "$step does not run: $(cat "$work/log")"
}

add_runtime() { # LABEL PROGRAM [OPTION…]
  local label=$1 program
  program=$(command -v "$2") || { say "$2 is not installed: $label is left out" && return 0; }
  add_row "$label" "floor 03" "$program" "${@:3}" run --bundle "$work/bundle" "{id}" && return 0
  exit_status=1
  say "$label does not run here and is left out: $(tail -n 1 "$work/log")"
}

# Every runtime keeps its state below /run. Without -n, mount itself leaves a folder there.
mount -n -t tmpfs -o mode=755 tmpfs /run
mkdir "$work"
unset XDG_RUNTIME_DIR
trap remove_cgroups EXIT
hide_unified_cgroup
make_bundle
compile floor floor.c
compile timer timer.c report.c
compile resident resident.c

build_type=$(sed -n 's/^CMAKE_BUILD_TYPE:[^=]*=//p' "$build/CMakeCache.txt" 2>/dev/null || :)
say "Linux $(uname -r) $(uname -m), $(nproc) CPUs, load $(cut -d' ' -f1-3 /proc/loadavg)," \
  "build type ${build_type:-unknown}"
add_step 01 "$work/bundle/rootfs/bin/true"
add_step 02 "$work/bundle/rootfs/bin/true"
add_step 03 --rootfs "$work/bundle/rootfs" /bin/true
add_runtime crun "${CRUN:-crun}" --cgroup-manager=disabled
add_runtime crun+cgroup "${CRUN:-crun}"
add_runtime runc+cgroup "${RUNC:-runc}"

for pause in ${pauses//,/ }; do
  say $'\n'"pause of $pause ms before every run, $rounds rounds:"
  "$work/bin/timer" "$work/plan" "$rounds" "$pause" "$work/log" ${out:+"$out/pause-$pause.tsv"} ||
    fail "stopped; its last words: $(tail -n 3 "$work/log")"
done
exit $exit_status
