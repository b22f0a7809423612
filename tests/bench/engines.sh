#!/usr/bin/env bash
# engines.sh: how long `run --rm … true` of Podman, Docker and containerd takes with lockstep, crun and runc as
# their runtime, in turns.
#
# usage: tests/bench/engines.sh [-n ROUNDS] [-o DIR] [BUILD]
#
#   -n ROUNDS    measured rounds of every table (default 20)
#   -o DIR       keep every single time in DIR/ENGINE-0.tsv
#   -h           this text
#
# BUILD is the folder with step09: a release build. Without it, the variable LOCKSTEP_BUILD names it, or else it
# is build/ of this repository. RUNC and CRUN name other programs than those in PATH, CC another C compiler.
#
# Needs root (asks sudo for it), the static busybox and a C compiler with a static libc; `make deps-engines` installs
# the engines, and an engine that isn't there is left out. The exit status is 1 only if something could not be run, 2 for
# wrong options. docs/benchmarks.md says what the tables mean.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
rounds=20

arguments=("$@")
while getopts :n:o:h option; do
  case $option in
    n) rounds=$OPTARG ;;
    o) out=$OPTARG ;;
    h) usage && exit 0 ;;
    :) wrong "-$OPTARG needs a value" ;;
    *) wrong "-$OPTARG is not an option" ;;
  esac
done
shift $((OPTIND - 1))
check_options "$@"
[ -x "$build/step09" ] || fail "$build/step09 is not built: make build"
enter "${arguments[@]}"
# dockerd changes its network's settings: not the machine's.
if [ "${BENCH_NETWORK:-}" != own ]; then
  BENCH_NETWORK=own exec unshare --net "$BASH" "$here/$script" "${arguments[@]}"
fi

# The runtimes that are here, and where.
declare -A runtimes
find_runtimes() {
  local name program
  ln -s "$build/step09" "$work/bin/lockstep"
  runtimes[lockstep]=$work/bin/lockstep
  for name in crun runc; do
    program=$(if [ $name = crun ]; then echo "${CRUN:-crun}"; else echo "${RUNC:-runc}"; fi)
    if program=$(command -v "$program"); then
      runtimes[$name]=$(realpath "$program")
    else
      say "$name is not installed: it is left out"
    fi
  done
}

has() { # ENGINE PROGRAM…
  local program
  for program in "${@:2}"; do
    command -v "$program" >/dev/null || { say $'\n'"$1: $program is not installed (make deps-engines): it is left out" && return 1; }
  done
}

# until_it_answers COMMAND…: a daemon takes a moment.
until_it_answers() {
  local tries
  for ((tries = 0; tries < 150; ++tries)); do
    ! "$@" &>>"$work/log" || return 0
    sleep 0.1
  done
  return 1
}
left_out() { # ENGINE
  exit_status=1
  say $'\n'"$1 does not run here and is left out: $(tail -n 1 "$work/log")"
}

# table ENGINE COMMAND: a row for each runtime; in COMMAND, NAME and PATH are its own, {id} a name that is new each time.
table() {
  local name command first others=''
  plan=$work/plan-$1
  : >"$plan"
  for name in crun runc; do
    [ -z "${runtimes[$name]:-}" ] || others+="${others:+,}$name*1"
  done
  for name in lockstep crun runc; do
    [ -n "${runtimes[$name]:-}" ] || continue
    command=${2//NAME/$name}
    command=${command//PATH/${runtimes[$name]}}
    read -ra first <<<"${command//\{id\}/$BENCH_TAG-first-$name}"
    if "${first[@]}" </dev/null &>>"$work/log"; then
      printf '%s\t%s\t%s\t0\t0\t%s\n' "$name" lockstep "$([ $name = lockstep ] && echo "${others:--}" || echo -)" "$command" >>"$plan"
    else
      exit_status=1
      say "$1 with $name does not run here: $(tail -n 1 "$work/log")"
    fi
  done
  say $'\n'"$1: run --rm … true, $rounds rounds:"
  (measure 0 "$plan" "$1") || exit_status=1
}

measure_podman() {
  has podman podman conmon || return 0
  local podman="podman --root $work/podman --runroot $work/podman-run --tmpdir $work/podman-tmp --storage-driver overlay --cgroup-manager cgroupfs"
  printf '[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]\n[engine]\nevents_logger = "file"\n' >"$work/containers.conf"
  export CONTAINERS_CONF=$work/containers.conf
  $podman import "$work/box.tar" box &>>"$work/log" || { left_out podman && return 0; }
  table podman "$podman --runtime PATH run --rm --network none --cgroup-parent /$BENCH_TAG-podman localhost/box true"
}

measure_docker() {
  has docker dockerd docker containerd || return 0
  local name known=''
  for name in "${!runtimes[@]}"; do
    [ "$name" = runc ] || known+="${known:+, }\"$name\": {\"path\": \"${runtimes[$name]}\"}"
  done
  cat >"$work/daemon.json" <<CONF
{ "runtimes": {$known}, "data-root": "$work/docker", "exec-root": "$work/docker-exec", "pidfile": "$work/docker.pid",
  "hosts": ["unix://$work/docker.sock"], "cgroup-parent": "/$BENCH_TAG-docker", "iptables": false, "bridge": "none",
  "storage-driver": "overlay2", "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}} }
CONF
  dockerd --config-file "$work/daemon.json" &>>"$work/log" &
  export DOCKER_HOST=unix://$work/docker.sock
  { until_it_answers docker version && docker import "$work/box.tar" box &>>"$work/log"; } || { left_out docker && return 0; }
  table docker "docker run --rm --network none --runtime NAME box true"
  kill $!
  wait $! || :
}

measure_containerd() {
  has containerd containerd ctr umoci || return 0
  printf 'version = 2\nroot = "%s"\nstate = "%s"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n' \
    "$work/containerd" "$work/containerd-state" "$work/containerd.sock" >"$work/containerd.toml"
  containerd --config "$work/containerd.toml" &>>"$work/log" &
  export CONTAINERD_ADDRESS=$work/containerd.sock
  {
    umoci init --layout "$work/layout" && umoci new --image "$work/layout:v1" &&
      umoci insert --image "$work/layout:v1" "$work/bundle/rootfs" / && tar -C "$work/layout" -cf "$work/layout.tar" . &&
      until_it_answers ctr version && ctr images import --snapshotter native --base-name box "$work/layout.tar"
  } &>>"$work/log" || { left_out containerd && return 0; }
  table containerd "ctr run --rm --snapshotter native --runc-binary PATH --cgroup /$BENCH_TAG-ctr $(ctr images list --quiet) {id} true"
  kill $!
  wait $! || :
}

cover_run
hide_unified_cgroup
make_rootfs
compile timer timer.c report.c
: >"$work/log"
tar -C "$work/bundle/rootfs" -cf "$work/box.tar" .
find_runtimes
say_machine
measure_podman
measure_docker
measure_containerd
exit $exit_status
