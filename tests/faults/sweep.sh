#!/bin/bash
# sweep.sh kill-runtime|kill-caller|error [ROW…]: that fault at each system call of run, create, start, exec and delete,
# then `delete --force`. Nothing is left; and an error that is injected is one clear line.
#
# LOCKSTEP_STRIDE=N: only each N-th call, from LOCKSTEP_OFFSET (0) on.
set -euo pipefail
fault=$1
. "$(dirname "$0")/lib.sh"
begin_sweep
box=(--id x "${everything[@]}" "${source[@]}")
create=("$step" create "${everything[@]}" --rootfs "$rootfs" x)
quoted() { printf '%q ' "$@"; }
running=$(quoted "$step" run --detach "${box[@]}" sleep 1000)
created=$(quoted "${create[@]}" sleep 1000)
rows=("${@:2}")
(( ${#rows[@]} )) || rows=(run detached init create start exec exec-tty delete force)
# (Of a terminal EIO says that nobody is at the other end any more: no failure to be told of.)
[[ $fault != error || ${#rows[@]} != 9 ]] || rows=(run detached init create start exec delete force)
for row in "${rows[@]}"; do
  case $row in
    run) sweep run "" "$step" run "${box[@]}" sh -c "$tell" ;;
    detached) sweep "run --detach --tty --rm" "" "$step" run --detach --tty --rm "${box[@]}" sleep 1000 ;;
    init) sweep "run --init" "" "$step" run --init "${box[@]}" sh -c "$tell" ;;
    create) sweep create "" "${create[@]}" sleep 1000 ;;
    start) sweep start "$created" "$step" start x ;;
    exec) sweep exec "$running" "$step" exec x sh -c "$tell" ;;
    exec-tty) sweep "exec --tty --user" "$running" "$step" exec --tty --user 1000:1000 x sh -c "$tell" ;;
    delete) sweep delete "set -e; $running; $step kill x KILL; until $step state x | grep -q stopped; do :; done" "$step" delete x ;;
    force) sweep "delete --force" "$running" "$step" delete --force x ;;
    *) fail "no such row: $row" ;;
  esac
done
end_sweep
