#!/bin/bash
# An ordinary user's containers: root inside has the same powers over them, and the user's own limits outside.
# shellcheck disable=SC2154,SC2016,SC2086
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
. "$(dirname "$0")/lib.sh"
chown -R learner: "$rootfs"
user() { as_user "$newest" --root /run/test/home/state "$1" "${@:2}"; }
box() { user run --rootfs "$rootfs" "$@"; }
# is TEXT OPTION… COMMAND…: that on standard output; a line about the single user is said.
is() {
  local text=$1
  shift
  try box "$@"
  [[ $status == 0 && "${out//$'\n'/ }" == "$text" ]] || fail "expected $text$(seen)"
}
is "$none $default $default $default $none" $show
is "$none $none $none $none $none" --cap-drop ALL $show
is "$none $all $all $all $none" --privileged $show
is "100 200" --ulimit nofile=100:200 sh -c 'ulimit -Sn; ulimit -Hn'
is 600 --oom-score-adj 600 cat /proc/self/oom_score_adj
is 1 --sysctl net.ipv4.ip_forward=1 cat /proc/sys/net/ipv4/ip_forward
is 1 --security-opt no-new-privileges sed -n 's/^NoNewPrivs:.//p' /proc/self/status
try box umount /proc/keys
(( status != 0 )) || fail "a mask was taken off$(seen)"

try box --detach --id "$x" --ulimit nofile=100:200 --oom-score-adj 700 --cap-drop KILL sleep 1000
ends_with 0
try user exec "$x" sh -c "$show; ulimit -Hn; cat /proc/self/oom_score_adj"
less=$(printf '%016x' $((0x$default & ~(1 << 5))))
[[ $status == 0 && "${out//$'\n'/ }" == "$none $less $less $less $none 200 700" ]] || fail "exec$(seen)"
try user delete --force "$x"
ends_with 0
finish
