# The first line of a test of system-call filters: a host of its own, and call-helper in the rootfs. Then
# `box OPTION… -- COMMAND…` runs a container of the newest step's; `answers CALL ANSWER` says what a call
# must come to in it.
# shellcheck shell=bash disable=SC2034

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
[[ $("$newest" run --help) == *seccomp=* ]] || skip "no step has filters"
cp /run/test/bin/call-helper "$rootfs/bin/call"
cache=/run/lockstep-seccomp

box() {
  local options=()
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  try "$newest" run --rootfs "$rootfs" "${options[@]}" "$@"
}

# answers ANSWER [OPTION…] -- CALL [ARGUMENT…]
answers() {
  local expected=$1 options=()
  shift
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  box "${options[@]}" -- call "$@"
  [[ $status == 0 && $out == "$expected" ]] || fail "expected $expected of $*$(seen)"
}

# new_bundle OPTION… FILTER …: a bundle in ./bundle, its config.json what `spec` writes, changed by jq with these.
new_bundle() {
  rm -rf bundle
  mkdir bundle
  "$newest" spec --bundle bundle
  jq --arg rootfs "$rootfs" '.root.path = $rootfs | .process.terminal = false' bundle/config.json > bundle/plain.json
  jq "$@" < bundle/plain.json > bundle/config.json
}
