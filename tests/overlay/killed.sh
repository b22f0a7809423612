#!/bin/bash
# SIGKILL of the runtime at 30 moments, spread evenly over its system calls (strace delivers it), in run and delete of a
# container of an image; then `delete --force`. Nothing is left, in the store or elsewhere.
# shellcheck disable=SC2154,SC2016  # try's variables; what others expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v strace > /dev/null || skip "strace is missing: make deps-test installs it"
strace -o /dev/null -e trace=none true 2> /dev/null || skip "strace may not trace here"
readonly kMoments=30
begin_image
add_layer 'mkdir srv; echo seed > srv/seed'
finish_image volumes '{"Volumes":{"/srv":{}}}'
run=("$newest" run "${once[@]}" --id x volumes)
detached=("$newest" run --detach --id x volumes sleep 1000)
"${run[@]}" true
"$newest" delete --force x
before=$(snapshot)
killed=0 moments=0

calls_of() {
  strace -qq -o /run/calls "$@" > /dev/null 2>&1 < /dev/null || fail "it fails when it is only traced: $*"
  mapfile -t calls < <(awk -F '(' '/^[a-z]/ { print $1 ":signal=KILL:when=" ++seen[$1] }' /run/calls)
}

kill_at() {
  local call=$1 ended=0
  shift
  (strace -qq -o /dev/null -e inject="$call" "$@" > /dev/null 2>&1 < /dev/null; exit) 2> /dev/null || ended=$?
  (( ended != 137 )) || killed=$((killed + 1))
}

each_moment() {
  local what=$1 prepare=$2 calls=() i call
  shift 2
  eval "$prepare"
  calls_of "$@"
  "$newest" delete --force x
  for (( i = 0; i < kMoments; ++i )); do
    call=$((1 + i * ${#calls[@]} / kMoments))
    eval "$prepare"
    moments=$((moments + 1))
    kill_at "${calls[call]}" "$@"
    succeeds "$newest" delete --force x
    unchanged "$before" "$what, killed at system call $call of ${#calls[@]}, ${calls[call]}"
    before=$now
    no_sandboxes "$what, killed at ${calls[call]}"
  done
}

each_moment "run" true "${run[@]}" true
each_moment "run --detach" true "${detached[@]}"
each_moment "delete --force" '"${detached[@]}" > /dev/null' "$newest" delete --force x
# Killed while a copy is made, on an overlay.
mkdir -p /run/test/layers/{upper,work,lower}
mount -t overlay -o lowerdir=/run/test/layers/lower,upperdir=/run/test/layers/upper,workdir=/run/test/layers/work overlay "$LOCKSTEP_STORE/containers"
before=$(snapshot)
each_moment "run, copied" true "${run[@]}" true
echo "$killed of $moments were killed"
(( killed > moments * 9 / 10 )) || fail "only $killed of $moments were killed: this tried too little"
finish
