#!/bin/bash
# SIGKILL of `create`, `start` and `run --rm` at 20 moments each: never half a container, and `delete --force` clears
# all that is left.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../support/kill_moments.sh"
step=$newest
new_config "$step" sleep 1000
"$step" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)
create=("$step" create --bundle "$bundle" --pid-file pid x)
created="${create[*]} > /dev/null < /dev/null"
each_moment create true "${create[@]}"
each_moment start "$created" "$step" start x
each_moment "delete of a created one" "$created" "$step" delete x
each_moment "run --rm" true "$step" run --rootfs "$rootfs" --rm --id x --pid-file pid true
each_moment "run --detach --rm" true "$step" run --rootfs "$rootfs" --rm --id x --detach sleep 1000
each_moment "run --detach --rm --tty" true "$step" run --rootfs "$rootfs" --rm --id x --detach --tty sleep 1000

# whole: it is created and can be started, or runs its program, or has ended; and not long in between.
is_whole() {
  local now first
  now=$("$step" state x | jq -r .status)
  first=$(pid)
  case $now in
    creating) [[ -z $(pgrep -f 'step[0-9]+ create') ]] ;;
    created) [[ $(cat "/proc/$first/comm") == "$step" ]] ;;
    running) [[ $(cat "/proc/$first/comm") == sleep ]] ;;
    stopped) true ;;
  esac
}
calls=()
eval "$created"
calls_of "$step" start x
"$step" delete --force x
for (( i = 0; i < ${#calls[@]}; i += 2 )); do
  eval "$created"
  moments=$((moments + 1))
  kill_at "${calls[i]}" "$step" start x
  eventually is_whole || fail "start killed at ${calls[i]}: half a container: $("$step" state x)"
  if is created; then
    succeeds "$step" start x
    shows running
  fi
  gone "start, killed at ${calls[i]}"
done
enough_killed
finish
