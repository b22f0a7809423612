#!/bin/bash
# `features`: JSON of the spec's form, and true.
# shellcheck disable=SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"

succeeds "$newest" features
features=$out
says_so() { [[ $(jq -c "$1" <<< "$features") == "$2" ]] || fail "features: $1 is $(jq -c "$1" <<< "$features"), not $2"; }
says_so .ociVersionMin '"1.0.0"'
says_so .linux.seccomp.enabled true
says_so '.linux.seccomp.actions | index("SCMP_ACT_NOTIFY") != null' true
says_so '.linux.seccomp.archs | index("SCMP_ARCH_X86_64") != null' true
says_so '.linux.namespaces' '["cgroup","ipc","mount","network","pid","time","user","uts"]'
says_so '.hooks' '["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]'
says_so '.linux.netDevices.enabled' true
says_so '.linux.memoryPolicy.modes | length' 7
says_so '.linux.memoryPolicy.flags | length' 3
says_so '.linux.capabilities | length' 41
says_so '.linux.cgroup | .v1 and .v2 and (.systemd | not)' true
says_so '.linux.mountExtensions.idmap.enabled' true
says_so '.potentiallyUnsafeConfigAnnotations' '["io.lockstep."]'
refuses 1 'unexpected "x"' "$newest" features x

accepted() {
  new_bundle "$1"
  try "$newest" run --bundle bundle x
  ends_with 0
}
# Versions, actions, operators, flags and architectures that are listed are accepted.
for version in "$(jq -r .ociVersionMin <<< "$features")" "$(jq -r .ociVersionMax <<< "$features")"; do
  accepted ".ociVersion = \"$version\" | .process.args = [\"true\"]"
done
for action in $(jq -r '.linux.seccomp.actions[] | select(. != "SCMP_ACT_NOTIFY")' <<< "$features"); do  # (notify.sh)
  accepted '.process.args = ["true"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["swapon"], "action": "'"$action"'"}]}'
done
for operator in $(jq -r '.linux.seccomp.operators[]' <<< "$features"); do
  accepted '.process.args = ["true"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["swapon"],
    "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "'"$operator"'"}]}]}'
done
for flag in $(jq -r '.linux.seccomp.supportedFlags[]' <<< "$features"); do
  accepted '.process.args = ["true"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["'"$flag"'"]}'
done
for arch in SCMP_ARCH_X86_64 SCMP_ARCH_X86 SCMP_ARCH_X32; do
  accepted '.process.args = ["true"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["'"$arch"'"]}'
done
# Every word of mountOptions is understood: as a tmpfs's or a bind's.
for word in $(jq -r '.mountOptions[]' <<< "$features"); do
  case $word in
    remount | idmap | ridmap | *shared | mand) continue ;;
  esac
  new_bundle '.process.args = ["true"] | .mounts += [{"destination": "/mnt", "type": "bind", "source": "/run/test/work", "options": ["bind", "'"$word"'"]}]'
  try "$newest" run --bundle bundle x
  [[ $err != *'unknown option'* ]] || [[ $word == tmpcopyup ]] || fail "mount option $word$(seen)"
done
finish
