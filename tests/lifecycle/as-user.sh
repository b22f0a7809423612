#!/bin/bash
# A container's life, as an ordinary user.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
"$newest" create --help > /dev/null 2>&1 || skip "no step has a life cycle"
step=$newest
chown learner: .
before=$(snapshot "$rootfs" /run/test/work)
as_user "$step" spec
ln -s "$rootfs" rootfs
sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/' config.json
is() { [[ $(as_user "$step" state x) == *"\"status\": \"$1\""* ]]; }
has_users "$step" && borrowed=""  # from lesson 06 on it isn't borrowed: spec has given it users of its own
creates() { as_user "$step" create x > said 2>&1 || fail "create: $(< said)"; }

for round in 1 2; do
  creates
  [[ $(< said) == "$borrowed" ]] || fail "expected the one line about borrowed root: $(< said)"
  is created || fail "it is not created: $(as_user "$step" state x)"
  succeeds as_user "$step" exec x true
  succeeds as_user "$step" start x
  is running || fail "it does not run: $(as_user "$step" state x)"
  refuses 1 'cannot start an already running container' as_user "$step" start x
  refuses 1 'is running' as_user "$step" rm x
  if (( round == 1 )); then
    succeeds as_user "$step" rm --force x
  else
    succeeds as_user "$step" kill x KILL
    eventually is stopped || fail "it does not end"
    succeeds as_user "$step" delete x
  fi
done
creates
succeeds as_user "$step" kill x TERM
eventually is stopped || fail "a created one does not end"
succeeds as_user "$step" rm x
try as_user "$step" run --rootfs "$rootfs" --rm --detach --tty=true sleep 0.1
ends_with 0
is_gone() { [[ -z $(as_user "$step" list -q) ]]; }
eventually is_gone || fail "--rm leaves $(as_user "$step" list)"
rm -rf "/tmp/lockstep-$uid" config.json rootfs said
unchanged "$before" "the user's containers" "$rootfs" /run/test/work
finish
