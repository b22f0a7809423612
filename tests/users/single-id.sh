#!/bin/bash
# An ordinary user without subordinate ids: the only id inside is the user's own, as root.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
has_users "$newest" || skip "no step has users of its own"
inside() { as_user "$newest" run --rootfs "$rootfs" "$@"; }

# shows TEXT OPTION… COMMAND…: exactly that, and the one line about the ids.
shows() {
  local text=$1
  shift
  try inside "$@"
  [[ $status == 0 && $out == "$text" ]] || fail "expected on standard output: $text$(seen)"
  is_the_one_line "$newest" || fail "expected one line about the ids$(seen)"
}

shows "0:0" sh -c 'echo $(id -u):$(id -g)'
shows "0 $uid 1" sh -c 'echo $(cat /proc/self/uid_map)'
shows "deny" cat /proc/self/setgroups
shows "0:0" sh -c 'touch /made; stat -c %u:%g /made'
[[ $(stat -c %U "$rootfs/made") == learner ]] || fail "expected the user's own: $(ls -l "$rootfs/made")"
shows "0" --user root:0 id -u
for user in nobody:0 65534 1:0; do
  echo 'nobody:x:65534:65534::/:/bin/false' >> "$rootfs/etc/passwd"
  try inside --user "$user" true
  ends_with 125
  says "in the container: the container has no user"
  says "see --uidmap, --gidmap and subuid(5)"
done
try inside --group-add 5 true
ends_with 125
says 'the container has no group 5'
try inside --tty=true tty
[[ $out == /dev/pts/0* ]] || fail "expected a terminal$(seen)"
refuses 125 'keep-id: to keep' inside --userns keep-id true
shows "0 $uid 1" --userns keep-id:uid=0,gid=0 sh -c 'echo $(cat /proc/self/uid_map)'
refuses 125 'without root a container needs a user namespace of its own' inside --userns host true
shows "x" --detach --id x sleep 1000
succeeds as_user "$newest" exec x sh -c 'id -u; cat /proc/self/uid_map'
prints "0"
try as_user "$newest" exec --user 1 x true
ends_with 125
says 'the container has no user 1'
succeeds as_user "$newest" delete --force x

finish
