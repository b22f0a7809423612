#!/bin/bash
# The same bundle through runc and through lockstep: each step of its life has the same status in `state` and the
# same exit status, and the state's fields are runc's.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v runc > /dev/null || skip "runc is missing: make deps-engines installs it"
step=$newest
new_config "$step" sleep 1000
config ".root.path = \"$rootfs\""  # runc takes no link there
runc() { command runc --root /run/test/runc "$@"; }
runc create --bundle "$bundle" probe > /run/test/said 2>&1 < /dev/null ||
  skip "runc can't run here: $(< /run/test/said)"
runc delete --force probe

# life PROGRAM: a line for each command: its exit status, and the state afterwards.
life() {
  local line code
  while read -r line; do
    code=0
    # shellcheck disable=SC2086  # split into words
    "$1" $line > /run/test/said 2>&1 < /dev/null || code=$?
    (( code <= 1 )) || code=1  # runc's exec has 255
    sleep 0.1
    echo "$line: $code, $("$1" state x 2> /dev/null | jq --compact-output \
      'if .pid > 0 then .pid = "a PID" else . end | del(.created, .ociVersion, .owner)')"
  done <<LINES
state x
start x
create --bundle $bundle x
create --bundle $bundle x
exec x true
start x
start x
exec x true
delete x
kill x KILL
kill x KILL
start x
exec x true
delete x
delete x
delete --force x
create --bundle $bundle x
kill x TERM
start x
delete x
create --bundle $bundle x
delete x
create --bundle $bundle x
delete --force x
LINES
}
config '.annotations = {"com.example": "value"}'
theirs=$(life runc)
ours=$(life "$step")
[[ $ours == "$theirs" ]] || fail "lives differ (< runc, > lockstep):"$'\n'"$(diff <(echo "$theirs") <(echo "$ours"))"
for field in ociVersion id status pid bundle rootfs created annotations; do
  creates --bundle "$bundle" x
  "$step" state x | jq --exit-status "has(\"$field\")" > /dev/null || fail "state has no $field: $("$step" state x)"
  "$step" delete x
done
finish
