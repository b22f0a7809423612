#!/bin/bash
# A session keyring is inherited: without one of its own the container's root reads the keys of whoever called the runtime.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
call-helper keys > /dev/null || skip "no keyrings here"
cp /run/test/bin/call-helper "$rootfs/bin/call"
try call-helper with-secret call-helper keys
prints 'the secret'  # so the caller does have one
evil_config call keys
try call-helper with-secret "$step" run --bundle "$bundle" x
[[ $status == 0 && $out != *secret* ]] || fail "run: the caller's key was read$(seen)"
evil_config sleep 1000
creates --bundle "$bundle" x
"$step" start x
try call-helper with-secret "$step" exec x call keys
[[ $status == 0 && $out != *secret* ]] || fail "exec: the caller's key was read$(seen)"
"$step" delete --force x
finish
