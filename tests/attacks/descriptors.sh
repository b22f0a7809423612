#!/bin/bash
# Nothing that the caller or the runtime has open is open inside, and nothing of the caller's environment,
# arguments or program can be read there.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
mkdir /run/test/host
echo 'the secret' > /run/test/host/secret
exec 10< /run/test/host/secret 251< /run/test/host  # as a careless caller has them
export THE_SECRET='the secret'
# shellcheck disable=SC2016  # the container's shell expands it
list_open='for fd in /proc/self/fd/*; do echo "${fd##*/} $(readlink "$fd")"; done'

# only_stdio: in $out, besides 0, 1 and 2, at most the folder that was read to list them (gone by now: no target).
only_stdio() {
  local extra
  extra=$(grep -vE '^[012] |^[0-9]+ $' <<< "$out") || true
  [[ -z $extra ]] || fail "more is open inside: $extra$(seen)"
}
no_secret() { [[ $out$err != *secret* ]] || fail "the caller's secret is known inside$(seen)"; }

for step in "${steps[@]}"; do
  options=(--)
  if [[ $step != step01 ]]; then options=(--id x --); fi
  succeeds in_step "$step" "${options[@]}" sh -c "$list_open"
  only_stdio
done

for step in "${steps[@]:1}"; do
  in_step "$step" --detach --id x -- sleep 1000 2>&1 | cat > /dev/null  # a pipe, as in $(…)
  succeeds "$step" exec x sh -c "$list_open"
  only_stdio
  pid=$("$step" list -f json | sed 's/.*"pid":\([0-9]*\).*/\1/')
  out=$(cd "/proc/$pid/fd" && for fd in *; do echo "$fd $(readlink "$fd")"; done) tried="what a detached container has open"
  only_stdio
  [[ $(sort -u <<< "${out//[0-9] /}") == /dev/null ]] || fail "a detached container has more than /dev/null open$(seen)"
  "$step" delete --force x
done

for step in "${steps[@]:2}"; do
  succeeds in_step "$step" -- sh -c 'env; tr "\0" "\n" < /proc/1/environ'
  no_secret
  succeeds in_step "$step" --env THE_SECRET -- env
  [[ $out == *'THE_SECRET=the secret'* ]] || fail "asked for by name it was meant to be there$(seen)"

  # A working directory outside the root would be a way out: "../../.." from there.
  cd /run/test/host
  succeeds in_step "$step" --detach --id x -- sleep 1000
  for command in "$step run --rootfs $rootfs" "$step exec x"; do
    # shellcheck disable=SC2086  # split into words
    succeeds $command sh -c 'pwd; readlink /proc/self/cwd; ls ../../../../..'
    [[ $out == $'/\n/\n'* && $out != *run* ]] || fail "expected the working directory /, in the container$(seen)"
  done
  "$step" delete --force x

  static "$step" || { echo "$step is not static, so --init was not tried"; continue; }
  cp "$(command -v attacker-helper)" "$rootfs/bin"
  before=$(cksum < "/run/test/bin/$step")
  look='tr "\0" "\n" < /proc/1/cmdline; tr "\0" "\n" < /proc/1/environ; readlink /proc/1/exe; readlink /proc/1/cwd; ls -l /proc/1/fd'
  succeeds in_step "$step" --init -- sh -c "$look"
  no_secret
  [[ $out != */run/test* ]] || fail "PID 1 shows a path of the host$(seen)"
  [[ $out == $'lockstep\ninit\n--\nsh\n'* ]] || fail "expected init's own arguments in /proc/1/cmdline$(seen)"
  try in_step "$step" --init -- attacker-helper overwrite /proc/1/exe
  ends_with 1
  [[ $err == *'Read-only file system'* || $err == *'Text file busy'* || $err == *'Permission denied'* ]] || fail "expected a refusal$(seen)"
  try in_step "$step" --init -- sh -c 'exec 3< /proc/1/exe; sleep 0.1; attacker-helper overwrite /proc/self/fd/3'
  ends_with 1
  [[ $(cksum < "/run/test/bin/$step") == "$before" ]] || fail "the runtime's own file was changed$(seen)"
done
finish
