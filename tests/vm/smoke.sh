#!/bin/bash
# In a VM with Linux 6.1 and cgroup v2 alone: step01 starts a program, and the newest step passes its lesson. Only where `make vm`
# has fetched the kernel already.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/checks.sh"
command -v qemu-system-x86_64 > /dev/null || skip "qemu is missing: make vm installs it"
why=$("$here/kernel.sh" --there 6.1 2>&1) || skip "${why#vm: }"
"$here/system.sh" > /dev/null  # it has a word to say when it makes it anew

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$LOCKSTEP_BUILD"/lesson-check "$LOCKSTEP_BUILD"/step[0-9][0-9] "$work"
newest=$(basename "$(printf '%s\n' "$work"/step[0-9][0-9] | tail -n 1)")

# The status is the command's, and one that nothing else ends with.
vm() { timeout 550 "$here/vm-run.sh" -p 1 -t 500 "$work" "$@"; }  # with two the emulated boot has hung
# shellcheck disable=SC2016  # the VM's shell expands it
try vm bash -c 'uname -r; stat -f -c %T /sys/fs/cgroup; ./step01 run echo it runs && ./lesson-check "$1" "./step$1" && exit 42' _ "${newest#step}"
ends_with 42
[[ $out == 6.1.*$'\ncgroup2fs\nit runs\n'*" checks: "* ]] || fail "expected the kernel, cgroup v2, a container and the grader's summary$(seen)"
[[ -z $err ]] || fail "expected no complaint$(seen)"
finish
