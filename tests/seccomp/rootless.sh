#!/bin/bash
# Filters and their cache, as an ordinary user.
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
[[ $("$newest" run --help) == *seccomp=* ]] || skip "no step has filters"
cp /run/test/bin/call-helper "$rootfs/bin/call"
kept=/run/test/home/.cache/lockstep/seccomp

for _ in cold warm; do
  try as_user "$newest" run --rootfs "$rootfs" call unshare 0
  [[ $status == 0 && $out == EPERM ]] || fail "no filter$(seen)"
  [[ $(stat -c %a:%U $kept $kept/* | sort -u) == $'600:learner\n700:learner' ]] || fail "kept: $(ls -lR $kept)"
done
try as_user "$newest" run --rootfs "$rootfs" --security-opt seccomp=unconfined call unshare 0
[[ $status == 0 && $out == ok ]] || fail "unconfined$(seen)"
try as_user "$newest" run --rootfs "$rootfs" --security-opt seccomp=unconfined --id x call keys
prints ';_ses.x'

try as_user "$newest" run --rootfs "$rootfs" --detach --id x sleep 1000
try as_user "$newest" exec x call unshare 0
[[ $status == 0 && $out == EPERM ]] || fail "exec: no filter$(seen)"
try as_user "$newest" delete --force x

# Without a home there is nothing to keep it in.
try as_user env -u HOME "$newest" run --rootfs "$rootfs" call unshare 0
[[ $status == 0 && $out == EPERM ]] || fail "without a home$(seen)"
# What root left there isn't the user's.
chown -R root: $kept
try as_user "$newest" run --rootfs "$rootfs" call unshare 0
[[ $status == 0 && $out == EPERM ]] || fail "somebody else's$(seen)"
[[ $(find $kept -user learner | wc -l) == 0 ]] || fail "written in somebody else's folder"
finish
