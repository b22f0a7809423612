#!/bin/bash
# The groups of whoever calls the runtime must not stay with the container's user: a file that a group may not read opens to it, or
# one that only a group may. (Podman and Buildah had it, CVE-2022-2989 and -2990.)
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v setpriv > /dev/null || skip "setpriv is missing: it belongs to util-linux"
caller=(setpriv --groups "4,27,999")
echo 'for group 27' > "$rootfs/secret"
chmod 640 "$rootfs/secret"
chown 0:27 "$rootfs/secret"
look='id -G; cat /secret'
for user in '{uid: 1000, gid: 1000}' '{uid: 1000, gid: 1000, additionalGids: [5]}' '{uid: 0, gid: 0}'; do
  evil_config sh -c "$look"
  config ".process.user = $user | .process.capabilities = {}"
  try "${caller[@]}" "$step" run --bundle "$bundle" x
  [[ " ${out%%$'\n'*} " != *' 4 '* && " ${out%%$'\n'*} " != *' 27 '* && " ${out%%$'\n'*} " != *' 999 '* ]] || fail "groups of the caller's$(seen)"
  [[ $user == *'uid: 0'* || $out != *'for group 27'* ]] || fail "a file of group 27's was read$(seen)"
done
evil_config sleep 1000
config '.process.user = {uid: 1000, gid: 1000}'
"${caller[@]}" "$step" create --bundle "$bundle" x > /run/test/said 2>&1 < /dev/null  # to no pipe, for it keeps that
"$step" start x
try "${caller[@]}" "$step" exec x sh -c "$look"
[[ $out == 1000 ]] || fail "exec: groups of the caller's$(seen)"
try "${caller[@]}" "$step" exec --user 7:8 x sh -c "$look"
[[ $out == 8 ]] || fail "exec --user: groups of the caller's$(seen)"
"$step" delete --force x
finish
