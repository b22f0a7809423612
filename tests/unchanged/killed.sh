#!/bin/bash
# SIGKILL of the runtime at 20 moments, spread evenly over its system calls (strace delivers it), in run, exec and
# delete; then `delete --force`. Nothing is left: no process, no mount, no state, no PID file, no temporary file.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/../support/kill_moments.sh"
"$newest" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)

is_stopped() { [[ $("$step" list) == *stopped* ]]; }

# A foreground exec whose runtime is killed takes its program along; the container itself goes on.
exec_takes_its_program_along() {
  local calls=() last=0 i call
  eval "$start"
  calls_of "$step" exec x true
  while [[ ${calls[last]} != poll:* ]]; do last=$((last + 1)); done  # there it waits for the program's end
  for (( i = 0; i < kMoments; ++i )); do
    call=$((1 + i * last / kMoments))
    if (( i == 0 )); then call=$last; fi
    moments=$((moments + 1))
    kill_at "${calls[call]}" "$step" exec x sleep 1000
    eventually is_alone || fail "$step exec, killed at ${calls[call]}: its program runs on: $("$step" ps x)"
  done
  gone "$step exec, killed often"
}
is_alone() { [[ $("$step" ps -f json x) =~ ^\[[0-9]+\]$ ]]; }

for step in "${steps[@]:1}"; do
  container=("$step" run --id x)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  start="${container[*]} --detach --pid-file pid sleep 1000 > /dev/null"
  each_moment "$step run" true "${container[@]}" --pid-file pid true
  each_moment "$step run --detach" true "${container[@]}" --detach --pid-file pid sleep 1000
  ! static "$step" || each_moment "$step run --init" true "${container[@]}" --init true
  ! has_rootfs "$step" || each_moment "$step run --tty" true "${container[@]}" --tty=true --volume /usr:/mnt true
  each_moment "$step exec" "$start" "$step" exec x true
  exec_takes_its_program_along
  each_moment "$step exec --detach" "$start" "$step" exec --detach x sleep 1000
  each_moment "$step delete --force" "$start" "$step" delete --force x
  each_moment "$step delete" "$start; $step kill x KILL; eventually is_stopped" "$step" delete x
done
enough_killed
finish
