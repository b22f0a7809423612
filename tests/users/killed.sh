#!/bin/bash
# A runtime that is killed at whatever moment leaves nothing that `delete --force` can't clear: no mount, no process.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/lib.sh"
mkdir volume
inside true
before=$(snapshot volume)
started=0
for (( i = 0; i < 60; ++i )); do
  "$newest" run --rootfs "$rootfs" --id "k$i" --user alice --volume "$PWD/volume:/data:idmap" sleep 1000 2> /dev/null &
  runtime=$!
  sleep "0.$(printf '%03d' $(( i * 2 / 3 )))"
  kill -KILL $runtime
  wait $runtime 2> /dev/null || true
  if "$newest" list -q | grep -qx "k$i"; then started=$((started + 1)); fi
  succeeds "$newest" delete --force "k$i"
done
unchanged "$before" "runtimes that were killed" volume
rm -rf "$rootfs/data"
echo "$started of 60 had got as far as a state file"
(( started > 0 )) || fail "none of them had got anywhere"

# In the foreground the program ends with its runtime, whoever the user is.
for options in "" "--user alice" "--userns host --user alice" "--user alice --init"; do
  [[ $options != *--init* ]] || static "$newest" || continue
  # shellcheck disable=SC2086
  "$newest" run --rootfs "$rootfs" --id x $options sleep 3000 &
  runtime=$!
  eventually pgrep -f '^sleep 3000$' > /dev/null || fail "it did not start ($options)"
  kill -KILL $runtime
  wait $runtime 2> /dev/null || true
  eventually sh -c '! pgrep -f "^sleep 3000$" > /dev/null' || fail "it outlived its runtime ($options)"
  "$newest" delete --force x
done
finish
