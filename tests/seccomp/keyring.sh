#!/bin/bash
# A session keyring of the container's own: the caller's keys stay outside.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
call-helper keys > /dev/null || skip "no keyrings here"

with_secret() { call-helper with-secret "$@"; }
options=(--rootfs "$rootfs" --security-opt seccomp=unconfined)

try with_secret call-helper keys
prints 'the secret'
for more in "" "--userns=host"; do
  try with_secret "$newest" run "${options[@]}" ${more:+$more} --id x call keys
  ends_with 0
  prints ';_ses.x'
  [[ $out != *secret* ]] || fail "the caller's key was read$(seen)"
done
try with_secret "$newest" run "${options[@]}" --userns host --no-new-keyring --id x call keys
prints 'the secret'

# exec joins the container's.
"$newest" run "${options[@]}" --detach --id x sleep 1000 > /dev/null
try with_secret "$newest" exec x call keys
ends_with 0
prints ';_ses.x'
[[ $out != *secret* ]] || fail "exec read the caller's key$(seen)"
"$newest" delete --force x

# With a bundle.
new_bundle '.process.args = ["call", "keys"]'
try with_secret "$newest" run --bundle bundle x
prints ';_ses.x'
jq 'del(.linux.namespaces[] | select(.type == "user")) | del(.linux.uidMappings, .linux.gidMappings)' bundle/config.json > new && mv new bundle/config.json
try with_secret "$newest" run --bundle bundle --no-new-keyring x
prints 'the secret'
finish
