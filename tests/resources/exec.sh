#!/bin/bash
# `exec` is in the container's cgroup, in every hierarchy, and counts there.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"

start_box -- sleep 1000
first=$("$newest" state x | sed -n 's/.*"pid": \([0-9]*\),/\1/p')
"$newest" exec --detach --pid-file second x sleep 1000
[[ $(< "/proc/$first/cgroup") == "$(< "/proc/$(< second)/cgroup")" ]] ||
  fail "exec is elsewhere: $(diff "/proc/$first/cgroup" "/proc/$(< second)/cgroup")"
grep -q '/lockstep-x$' "/proc/$(< second)/cgroup" || fail "neither is in a cgroup of the container's"
[[ $(readlink "/proc/$first/ns/cgroup") == "$(readlink "/proc/$(< second)/ns/cgroup")" ]] || fail "exec has another cgroup namespace"
[[ $(readlink "/proc/$first/ns/cgroup") != "$(readlink /proc/self/ns/cgroup)" ]] || fail "the container has the host's cgroup namespace"
succeeds "$newest" exec x cat /proc/self/cgroup
{ [[ -n $out ]] && ! grep -qv ':/$' <<< "$out"; } || fail "inside, its own cgroup is the root$(seen)"
end_box

if has pids; then
  start_box --pids-limit 3 -- sleep 1000
  try "$newest" exec x sh -c 'sleep 9 & sleep 9 & sleep 9 & echo all'
  [[ $out != all && $err == *fork* ]] || fail "exec's children don't count$(seen)"
  end_box
fi
finish
