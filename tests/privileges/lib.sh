# For a test of lesson 08, on a host of its own already: how to run a container, and to look at its process.
# shellcheck shell=bash disable=SC2034,SC2154  # they are used by the scripts that read this

[[ $("$newest" run --help) == *--cap-add* ]] || skip "no step leaves powers out"
printf '%s\n' 'alice:x:1000:1000::/:/bin/sh' >> "$rootfs/etc/passwd"
default=00000000a80425fb  # docker's 14
none=0000000000000000
last=$(< /proc/sys/kernel/cap_last_cap)
all=$(printf '%016x' $(((1 << (last + 1)) - 1)))
own=$(sed -n 's/^CapPrm:\t//p' /proc/self/status)  # what this test's root has
inside() { timeout --kill-after 5 30 "$newest" run --rootfs "$rootfs" "$@"; }
# The sets as one line, by a program inside: "INH PRM EFF BND AMB".
show='sed -n s/^Cap...:.//p /proc/self/status'
# sets INH PRM EFF BND AMB OPTION…: the sets that a container of these options has.
sets() {
  local expected="$1 $2 $3 $4 $5"
  shift 5
  # shellcheck disable=SC2086
  try inside "$@" $show
  [[ $status == 0 && "${out//$'\n'/ }" == "$expected" ]] || fail "expected the sets $expected$(seen)"
}
# gets TEXT COMMAND…: exactly that on standard output, exit status 0, no complaint.
gets() {
  local text=$1
  shift
  try "$@"
  [[ $status == 0 && $out == "$text" && -z $err ]] || fail "expected $text, and no complaint$(seen)"
}
bit() { printf '%016x' $((1 << $1)); }
x=privileges-$RANDOM$RANDOM  # a container's ID, and its cgroup's name, on a machine where others test, too
