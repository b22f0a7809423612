# The first line of a test of resources: a host of its own. Then `box OPTION… -- COMMAND…` runs
# a container of the newest step's, called "x", and `start_box OPTION… -- COMMAND…` leaves it running.
# shellcheck shell=bash

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
[[ $("$newest" run --help) == *--pids-limit* ]] || skip "no step has limits"
find_hierarchies
(( ${#hierarchies[@]} )) || skip "no cgroups are mounted in /sys/fs/cgroup"

box_line() {
  local options=()
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  line=("$newest" run --rootfs "$rootfs" --id x "${options[@]}" "$@")
}
box() {
  local line
  box_line "$@"
  try "${line[@]}"
}
start_box() { box --detach "$@"; ends_with 0; }
end_box() {
  try "$newest" delete --force x
  [[ $status == 0 && -z $err ]] || fail "delete --force$(seen)"
  nothing_left "after delete --force"
}
