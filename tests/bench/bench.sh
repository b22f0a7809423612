#!/usr/bin/env bash
# bench.sh: compare `run` of /bin/true by the steps, by the floor program, by runc and by crun; then what
# an image, a network and users of its own add to it.
#
# usage: tests/bench/bench.sh [-n ROUNDS] [-p PAUSES] [-o DIR] [BUILD]
#
#   -n ROUNDS  measured rounds of every table (default 100)
#   -p PAUSES  pauses before each run in ms, one table each (default 0,50)
#   -o DIR     keep every single time in DIR/pause-N.tsv and DIR/differences-pause-N.tsv
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
# shellcheck source=lib.sh
. "$here/lib.sh"

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
check_options "$@"
enter "${arguments[@]}"

# A step and its floor. A link gives the step a path without blanks, as the plan needs it.
add_step() { # NUMBER COMMAND…, where COMMAND is what follows `run`
  local step=step$1
  local floor=("floor $1" "floor $1" - "$work/bin/floor" "$step" "$work/state" "$work/bundle/rootfs")
  add_row "${floor[@]}" "${@: -1}" || fail "the floor of $step does not run: $(cat "$work/log")"
  [ -x "$build/$step" ] || { say "$build/$step is not built: left out" && return 0; }
  ! readelf -lW "$build/$step" | grep -q INTERP || say "$step is not static: not a release build?"
  ln -s "$build/$step" "$work/bin/$step"
  shift
  add_row "$step" "floor ${step#step}" floor "$work/bin/$step" run --hostname bench "$@" ||
    fail "$step does not run: $(cat "$work/log")"
}

add_runtime() { # LABEL PROGRAM [OPTION…]
  local label=$1 program
  program=$(command -v "$2") || { say "$2 is not installed: $label is left out" && return 0; }
  add_row "$label" "floor 03" - "$program" "${@:3}" run --bundle "$work/bundle" "{id}" && return 0
  exit_status=1
  say "$label does not run here and is left out: $(tail -n 1 "$work/log")"
}

# add_difference LABEL BASE AIM STEP OPTION…: `run` of /bin/true, in the bench's own network namespace. A
# step that isn't built leaves its rows out, and so does a base that doesn't run. What a run says (a way around something that this kernel
# doesn't have) is told, for it is another way that is then measured.
add_difference() {
  local label=$1 base=$2 step=$4
  [ -x "$build/$step" ] || { say "$build/$step is not built: $label is left out" && return 0; }
  [ -L "$work/bin/$step" ] || ln -s "$build/$step" "$work/bin/$step"
  [ "$base" = "$label" ] || grep -q "^$base"$'\t' "$plan" || return 0
  if ! add_row "$label" "$base" "$3" "$work/bin/$step" run --hostname bench "${@:5}" /bin/true; then
    exit_status=1
    say "$label does not run here and is left out: $(head -n 1 "$work/log")"
    return 0
  fi
  [ ! -s "$work/log" ] || say "$label: $(head -n 1 "$work/log")"
}

# An image of five layers, and the same files as one folder.
make_image() {
  local image=busybox layer
  [ -x "$build/rootfs-fetch" ] || fail "$build/rootfs-fetch is not built: make build"
  "$build/rootfs-fetch" busybox -q >/dev/null
  for layer in 2 3 4 5; do
    mkdir -p "$work/layer$layer/srv"
    echo "$layer" >"$work/layer$layer/srv/$layer"
    "$build/rootfs-fetch" add-layer -q --base "$image" "$work/layer$layer" "layers$layer" >/dev/null
    image=layers$layer
  done
  "$build/rootfs-fetch" export -q "$image" "$work/flat" >/dev/null
}

# A network namespace in which the bridge is, and the rules are; its /sys stays mounted, as the
# host's does, so that no run has to begin it.
make_network() {
  : >"$work/net"
  unshare --net="$work/net" true
  within=(nsenter --net="$work/net")
  mkdir "$work/sys"
  "${within[@]}" mount -n -t sysfs sysfs "$work/sys"
  "$build/step05" network create bench >/dev/null
}

# For comparison: what nft and the kernel take to replace a table, be it almost empty.
add_nft() {
  printf '%s\n' 'table inet bench' 'delete table inet bench' 'table inet bench {' 'chain published {' \
    'type nat hook prerouting priority dstnat' '}' '}' >"$work/rules"
  add_row "nft -f, once" "nft -f, once" - "$(command -v nft)" -f "$work/rules" ||
    fail "nft does not run here: $(cat "$work/log")"
}

make_differences() {
  plan=$work/differences
  : >"$plan"
  make_image
  [ ! -x "$build/step05" ] || make_network
  add_difference "04 --rootfs" "04 --rootfs" - step04 --rootfs "$work/flat"
  add_difference "04 image" "04 --rootfs" +1 step04 --rm layers5
  add_difference "05 --rootfs" "05 --rootfs" - step05 --rootfs "$work/flat"
  if ! command -v nft >/dev/null; then
    say "nft is not installed: the rows with a network are left out"
  elif [ -x "$build/step05" ]; then
    add_difference "05 bridge, port" "05 --rootfs" 40 step05 --network bench -p 8080:80 \
      --rootfs "$work/flat"
    add_nft
  fi
  add_difference "06 host's users" "06 host's users" - step06 --userns host --rm layers5
  add_difference "06 own users" "06 host's users" +1 step06 --rm layers5
}

cover_run
hide_unified_cgroup
make_rootfs
mkdir "$work/state"
cp "$here/config.json" "$work/bundle/" # the namespaces, mounts and paths of floor.c's step03
compile floor floor.c
compile timer timer.c report.c
compile resident resident.c
say_machine

add_step 01 "$work/bundle/rootfs/bin/true"
add_step 02 "$work/bundle/rootfs/bin/true"
add_step 03 --rootfs "$work/bundle/rootfs" /bin/true
add_runtime crun "${CRUN:-crun}" --cgroup-manager=disabled
add_runtime crun+cgroup "${CRUN:-crun}"
add_runtime runc+cgroup "${RUNC:-runc}"

for pause in ${pauses//,/ }; do
  say $'\n'"pause of $pause ms before every run, $rounds rounds:"
  measure "$pause" "$work/plan" pause
done

say $'\n'"What an image of five layers, a network and users of its own add:"
make_differences
for pause in ${pauses//,/ }; do
  say $'\n'"pause of $pause ms before every run, $rounds rounds:"
  measure "$pause" "$work/differences" differences-pause
done
exit $exit_status
