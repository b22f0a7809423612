#!/usr/bin/env bash
# engine.sh: compare what an engine asks of a runtime (run, create, start, exec, delete) between
# lockstep, crun, runc and the least that a runtime has to do, with the config.json that `runc spec` writes; then
# what a seccomp profile adds, and a large config.json, and what a thousand containers that are alive.
#
# usage: tests/bench/engine.sh [-n ROUNDS] [-p PAUSES] [-c VERSIONS] [-k COUNT] [-o DIR] [-u DIR] [BUILD]
#        tests/bench/engine.sh -m DIR
#
#   -n ROUNDS    measured rounds of every table (default 100)
#   -p PAUSES    pauses before each row in ms, one table each (default 0,50)
#   -c VERSIONS  of the cgroups: 1, 2 or 1,2 (default: what there is; where version 1 is, version 2 is
#                mounted over it for this program alone)
#   -k COUNT     containers that are alive at once (default 1000; 0 leaves these tables out)
#   -o DIR       keep every single time in DIR/TABLE-vVERSION-PAUSE.tsv
#   -m DIR       only compile the programs that this needs, and write the seccomp profile, into DIR
#   -u DIR       use those, for instance in a VM that has no compiler
#   -h           this text
#
# BUILD is the folder with step09: a release build. Without it, the variable LOCKSTEP_BUILD names it, or else it
# is build/ of this repository. RUNC and CRUN name other programs than those in PATH, CC another C compiler.
#
# Needs root (asks sudo for it) and the static busybox; -m a C compiler with a static libc. It measures
# and judges, but never fails for being slow: the exit status is 1 only if something could not be
# run, 2 for wrong options. docs/benchmarks.md says what the tables mean.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=engine_lib.sh
. "$here/engine_lib.sh"
# shellcheck source=../support/own_cgroups.sh
. "$here/../support/own_cgroups.sh"
versions='' count=1000 make_in='' made_in='' pause=0

arguments=("$@")
while getopts :n:p:c:k:o:m:u:h option; do
  case $option in
    n) rounds=$OPTARG ;;
    p) pauses=$OPTARG ;;
    c) versions=$OPTARG ;;
    k) count=$OPTARG ;;
    o) out=$OPTARG ;;
    m) make_in=$OPTARG ;;
    u) made_in=$OPTARG ;;
    h) usage && exit 0 ;;
    :) wrong "-$OPTARG needs a value" ;;
    *) wrong "-$OPTARG is not an option" ;;
  esac
done
shift $((OPTIND - 1))
check_options "$@"
[[ $versions =~ ^(|[12]|1,2)$ ]] || wrong "-c takes 1, 2 or 1,2"
[[ $count =~ ^(0|[1-9][0-9]{0,3})$ && $count != 1 ]] || wrong "-k takes 0, or a number from 2 to 9999"
if [ -n "$make_in" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/bin"
  make_programs "$make_in"
  exit 0
fi
[ -x "$build/step09" ] || fail "$build/step09 is not built: make build"
[ -z "$made_in" ] || made_in=$(realpath -m "$made_in")
[ -z "$made_in" ] || [ -e "$made_in/filter.bpf" ] || fail "$made_in doesn't have what -m makes"
visible "$made_in"
enter "${arguments[@]}"

# The runtimes that run here, in the order of the tables: their labels, and how each is called.
labels=() runtimes=()
declare -A resident

# add_runtime LABEL COMMAND…: unless it doesn't run here.
add_runtime() {
  local label=$1
  shift
  : >"$work/trial"
  plan=$work/trial
  if add_row "$label" "$label" - "$@" run --bundle "$work/true" "{id}"; then
    resident[$label]=$(cut -f 4 "$work/trial")
    labels+=("$label") runtimes+=("$*")
  elif grep -q RLIM_MEMLOCK "$work/log"; then
    say "$label wants to raise RLIMIT_MEMLOCK for its device program, which is not allowed here: it is left out"
  else
    exit_status=1
    say "$label does not run here and is left out: $(tail -n 1 "$work/log")"
  fi
}

add_installed() { # LABEL PROGRAM
  local program
  program=$(command -v "$2") || { say "$2 is not installed: $1 is left out" && return 0; }
  add_runtime "$1" "$program"
}

add_runtimes() {
  labels=() runtimes=()
  add_runtime lockstep "$work/bin/lockstep"
  [ "${#labels[@]}" = 1 ] || fail "lockstep itself does not run here"
  add_installed crun "${CRUN:-crun}"
  add_installed runc "${RUNC:-runc}"
}

# row LABEL BASE AIM COMMANDS: one that runs; its resident size is known from its first `run`.
row() { printf '%s\t%s\t%s\t%s\t0\t%s\n' "$1" "$2" "$3" "${resident[$1]:-0}" "$4" >>"$plan"; }

# rows AIM COMMANDS-OF-THE-FLOOR COMMANDS: a row of the floor and one of each runtime, of which lockstep's has
# the aim. FLOOR and RT in them are what each is called by, NUMBER its place in `runtimes`.
rows() {
  local i label commands
  plan=$work/plan
  : >"$plan"
  row floor floor - "${2//FLOOR/"$floor"}"
  for i in "${!labels[@]}"; do
    label=${labels[i]}
    commands=${3//RT/"${runtimes[i]}"}
    row "$label" floor "$([ "$label" = lockstep ] && echo "$1" || echo -)" "${commands//NUMBER/$i}"
  done
}

# table NAME WHAT. Should one of its rows fail, the others are still there.
table() {
  say $'\n'"$2, cgroup v$version, pause of $pause ms, $rounds rounds:"
  (measure "$pause" "$plan" "$1-v$version") || exit_status=1
}

measure_run() {
  local aim="floor*1.4,crun*0.6,small"
  [ "$version" = 2 ] || [ "$pause" -lt 50 ] || aim="floor*1.4,crun*0.33,small"
  rows "$aim" "FLOOR run {id} /bin/true" "RT run --bundle $work/true {id}"
  table run "run"
}

measure_cycle() {
  rows "floor*1.4,crun*0.5,runc*0.2" \
    "FLOOR create {id} /bin/true && FLOOR start {id} && wait && FLOOR delete {id}" \
    "RT create --bundle $work/true {id} && RT start {id} && wait && RT delete {id}"
  table cycle "create, start, the container's end, delete"
}

# Each in a container of its own, which is made and deleted with the table.
measure_exec() {
  local i id=$BENCH_TAG-exec
  $floor create "$id-floor" /bin/sleep 100000 </dev/null &>>"$work/log"
  $floor start "$id-floor"
  for i in "${!labels[@]}"; do
    ${runtimes[i]} run --detach --bundle "$work/sleep" "$id-$i" </dev/null &>>"$work/log"
  done
  rows "floor*1.4,crun*0.5,runc*0.2" "FLOOR exec $id-floor /bin/true" "RT exec $id-NUMBER true"
  table exec "exec"
  for i in "${!labels[@]}"; do ${runtimes[i]} delete --force "$id-$i" &>>"$work/log"; done
  kill -KILL "$(head -n 1 "$work/floor/$id-floor/state")"
  until $floor delete "$id-floor" 2>/dev/null; do sleep 0.05; done
}

measure_seccomp() {
  local i label
  plan=$work/plan
  : >"$plan"
  row floor floor - "$floor run {id} /bin/true"
  row "floor seccomp" floor - "$floor filtered-run {id} $work/bin/filter.bpf /bin/true"
  for i in "${!labels[@]}"; do
    label=${labels[i]}
    row "$label" "$label" - "${runtimes[i]} run --bundle $work/true {id}"
    row "$label seccomp" "$label" "$([ "$label" = lockstep ] && echo +0.7 || echo -)" \
      "${runtimes[i]} run --bundle $work/seccomp {id}"
  done
  table seccomp "run with a profile of $(calls_of "$work/bin/profile.json" | wc -l) calls"
}

measure_large() {
  local i label
  plan=$work/plan
  : >"$plan"
  for i in "${!labels[@]}"; do
    label=${labels[i]}
    row "$label" "$label" - "${runtimes[i]} run --bundle $work/true {id}"
    row "$label large" "$label" "$([ "$label" = lockstep ] && echo +2 || echo -)" "${runtimes[i]} run --bundle $work/large {id}"
  done
  table large "run with a config.json of $(($(stat -c %s "$work/large/config.json") >> 10)) KB, 30 mounts, 20 devices, the same profile"
}

# alive_rows WHEN ROOT ID AIM: state, start and exec of lockstep where ROOT has the states, of ID among others; AIM is a
# factor or -.
alive_rows() {
  local in="$work/bin/lockstep --root $2" verb commands aim
  for verb in state start exec; do
    case $verb in
      state) commands="$in state $3" ;;
      exec) commands="$in exec $3 true" ;;
      start) commands="untimed $in create --bundle $work/true {id} && $in start {id}"
        commands+=" && untimed wait && untimed $in delete {id}" ;;
    esac
    aim=-
    [ "$4" = - ] || aim="$verb of 1*$4"
    row "$verb $1" "$verb of 1" "$aim" "$commands"
  done
}

# The same with one container alive and then with many, and beside them with one in a place for states of its own
# while the many are alive: what it takes longer than alone is the kernel's part.
measure_alive() {
  local verb lockstep=$work/bin/lockstep id=$BENCH_TAG-many one=$BENCH_TAG-one
  choose_count
  "$lockstep" --root "$work/one" run --detach --bundle "$work/sleep" "$one" </dev/null &>>"$work/log"
  plan=$work/plan
  for pause in ${pauses//,/ }; do
    : >"$plan"
    alive_rows "of 1" "$work/one" "$one" -
    table alive-1 "lockstep with one container alive"
  done
  say $'\n'"making $count containers …"
  many "$lockstep" --root "$work/many" run --detach --bundle "$work/sleep" "$id-{}" || fail "$count containers can't be had: $(tail -n 1 "$work/log")"
  for pause in ${pauses//,/ }; do
    : >"$plan"
    for verb in state start exec; do row "$verb of 1" "$verb of 1" - "from $out/alive-1-v$version-$pause.tsv"; done
    alive_rows "of $count" "$work/many" "$id-1" 1.1
    alive_rows "apart" "$work/one" "$one" -
    table alive "lockstep with $count containers alive"
  done
  many "$lockstep" --root "$work/many" delete --force "$id-{}" || fail "a container can't be deleted: $(tail -n 1 "$work/log")"
  "$lockstep" --root "$work/one" delete --force "$one"
}

cover_run
make_rootfs
mkdir "$work/samples"
out=${out:-$work/samples}
ln -s "$build/step09" "$work/bin/lockstep"
[ -n "$made_in" ] || make_programs "$work/bin"
[ -z "$made_in" ] || cp "$made_in"/{engine-floor,timer,resident,profile.json,filter.bpf} "$work/bin"
mkdir "$work/floor"
choose_versions
say_machine
for version in ${versions//,/ }; do
  show_version
  write_bundle true '["true"]'
  write_bundle sleep '["sleep", "100000"]'
  write_bundle seccomp '["true"]' "$(<"$work/bin/profile.json")"
  write_large_bundle large
  say $'\n'"cgroup v$version:"
  add_runtimes
  for label in "${labels[@]}"; do say "  $label: ${resident[$label]} KiB resident"; done
  for pause in ${pauses//,/ }; do
    measure_run
    measure_cycle
    measure_exec
    measure_seccomp
    measure_large
  done
  [ "$count" = 0 ] || measure_alive
done
exit $exit_status
