# For the benchmarks: their options, root, a lock and namespaces of their own; the programs, the plan and the tables.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # the scripts that read this use these, and set `here`

script=${0##*/}
rounds=100 pauses=0,50 out=
inside=''
work=/run/bench # on a tmpfs that only this process and its children see
exit_status=0

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$here/$script"; }
say() { printf '%s\n' "$*"; }
fail() {
  say "bench: $*" >&2
  exit 1
}
wrong() {
  say "bench: $* (-h shows the options)" >&2
  exit 2
}

# visible FOLDER…: whether they still are when /run is covered.
visible() {
  local folder
  for folder; do
    case $folder/ in /run/*) fail "$folder is below /run, which the benchmark covers: move it" ;; esac
  done
}

# check_options [BUILD]: those that both have; sets `build`.
check_options() {
  [ $# -le 1 ] || wrong "'$2' is one argument too many"
  [[ $rounds =~ ^[1-9][0-9]{0,3}$ && $rounds -le 5000 ]] || wrong "-n takes a number from 1 to 5000"
  [[ $pauses =~ ^[0-9]{1,5}(,[0-9]{1,5})*$ ]] || wrong "-p takes milliseconds, such as 0,50"
  build=$(realpath -m "${1:-${LOCKSTEP_BUILD:-$here/../../build}}")
  [ -z "$out" ] || mkdir -p "$out"
  [ -z "$out" ] || out=$(realpath "$out")
  visible "$here" "$build" "$out"
}

# runc and crun make cgroups even for a bundle that asks for none; an interrupted run leaves them.
# shellcheck disable=SC2317,SC2329  # called by the trap
end_what_is_inside() {
  local tries
  kill "$inside" 2>/dev/null || : # flock's end is the others', too
  for ((tries = 0; tries < 50; ++tries)); do
    find /sys/fs/cgroup -depth -type d -path "*$BENCH_TAG-*" -exec rmdir {} + 2>/dev/null || :
    [ -n "$(find /sys/fs/cgroup -type d -path "*$BENCH_TAG-*" 2>/dev/null)" ] || return 0
    sleep 0.1
  done
  say "bench: cgroups are left: find /sys/fs/cgroup -path '*$BENCH_TAG-*'" >&2
}

# enter ARGUMENT…: the script again as root, under a lock (two benchmarks at a time would measure each other's
# kernel locks) and in namespaces of its own, so that whatever is mounted is gone when this ends.
enter() {
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "needs root, for the mounts and for runc and crun"
    say "bench: asks sudo for root, which the mounts, runc and crun need"
    exec sudo env LOCKSTEP_BUILD="$build" RUNC="${RUNC:-runc}" CRUN="${CRUN:-crun}" CC="${CC:-cc}" \
      "$BASH" "$here/$script" "$@"
  fi
  local namespace
  namespace=$(readlink /proc/self/ns/mnt)
  [ "${LOCKSTEP_BENCH_OUTSIDE:-$namespace}" = "$namespace" ] || return 0
  export LOCKSTEP_BENCH_OUTSIDE=$namespace BENCH_TAG=lockstep-bench-$$
  trap end_what_is_inside EXIT
  # With PIDs of its own: whatever is started inside ends with it, also when this is killed.
  flock --nonblock --close --conflict-exit-code 75 "$here/lib.sh" setpriv --pdeathsig KILL \
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$BASH" "$here/$script" "$@" &
  inside=$!
  wait "$inside" || exit_status=$?
  [ $exit_status != 75 ] || fail "another benchmark is running: wait for it to end"
  exit $exit_status
}

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

# Every runtime keeps its state below /run. Without -n, mount itself leaves a folder there.
cover_run() {
  mount -n -t tmpfs -o mode=755 tmpfs /run
  mkdir -p "$work/bin"
  unset XDG_RUNTIME_DIR
  export LOCKSTEP_STORE=$work/store
}

make_rootfs() {
  local busybox
  busybox=$(command -v busybox) || fail "no busybox: make deps installs it"
  mkdir -p "$work"/bundle/rootfs/{bin,dev,proc,sys}
  cp "$busybox" "$work/bundle/rootfs/bin/busybox"
  ln -s busybox "$work/bundle/rootfs/bin/true"
  ln -s busybox "$work/bundle/rootfs/bin/sleep"
  chroot "$work/bundle/rootfs" /bin/true 2>/dev/null || fail "$busybox is not static: install busybox-static"
}

compile() { # PROGRAM SOURCE…, into $work/bin
  (cd "$here" && "${CC:-cc}" -O2 -static -Wall -Wextra -o "$work/bin/$1" "${@:2}") ||
    fail "$1 does not compile, see above: a C compiler, a static libc (libc6-dev), libseccomp (libseccomp-dev) are needed"
}

# add_row LABEL BASE AIM COMMAND…: runs the command once, which also tells its resident size, and makes
# it a row of the plan (timer.c has what BASE and AIM mean).
plan=$work/plan within=()
add_row() {
  local label=$1 base=$2 aim=$3 resident
  shift 3
  resident=$("${within[@]}" "$work/bin/resident" "${@/#\{id\}/$BENCH_TAG-first}" \
    </dev/null 2>"$work/log") || return 1
  strip -o "$work/stripped" "$1" 2>/dev/null || cp "$1" "$work/stripped" # a script can't be stripped
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$label" "$base" "$aim" "${resident##*$'\n'}" \
    $((($(stat -c %s "$work/stripped") + 1023) / 1024)) "$*" >>"$plan"
}

# measure PAUSE PLAN NAME: with -o, each time is kept under that name.
measure() {
  "${within[@]}" "$work/bin/timer" "$2" "$rounds" "$1" "$work/log" ${out:+"$out/$3-$1.tsv"} ||
    fail "stopped; its last words: $(tail -n 3 "$work/log")"
}

say_machine() {
  local build_type
  build_type=$(sed -n 's/^CMAKE_BUILD_TYPE:[^=]*=//p' "$build/CMakeCache.txt" 2>/dev/null || :)
  say "Linux $(uname -r) $(uname -m), $(nproc) CPUs, load $(cut -d' ' -f1-3 /proc/loadavg)," \
    "build type ${build_type:-unknown}"
}
