#!/bin/bash
# exec joins the container's users, and becomes one of them.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"
who='echo "$(id -u):$(id -g) [$(echo $(grep ^Groups: /proc/self/status | cut -f 2-))] $HOME"'

says_who() {
  local expected=$1
  shift
  try timeout 30 "$newest" exec "$@" sh -c "$who"
  [[ $status == 0 && $out == "$expected" && -z $err ]] || fail "expected $expected$(seen)"
}

for userns in private host; do
  succeeds inside --userns $userns --detach --id x --user alice --group-add tty sleep 1000
  says_who "1000:1000 [5 29 44] /home/alice" x
  says_who "0:0 [] /root" --user root x
  says_who "0:0 [] /root" --user 0 x
  says_who "1000:100 [] /home/alice" --user 1000:users x
  says_who "4000:0 [] /" -u 4000 x
  says_who "4000:0 [] /elsewhere" --user 4000 --env HOME=/elsewhere x
  refuses 125 'there is no user "bob"' "$newest" exec --user bob x true
  pid=$("$newest" list -f json | sed 's/.*"pid":\([0-9]*\).*/\1/')
  try "$newest" exec x sh -c 'for kind in user mnt pid uts; do readlink /proc/self/ns/$kind; done'
  [[ $out == "$(readlink "/proc/$pid/ns/"{user,mnt,pid,uts})" ]] || fail "expected the container's namespaces$(seen)"
  try "$newest" exec --tty=true --user alice x sh -c 'stat -c %u "$(tty)"; echo by-name > /dev/tty'
  [[ $status == 0 && $out == *1000*by-name* ]] || fail "expected a terminal of the user's own$(seen)"
  # The runtime itself stays the host's: its pid file may lie where only root can write.
  mkdir -pm 700 elsewhere
  chown 1234 elsewhere
  succeeds "$newest" exec --pid-file elsewhere/pid x true
  [[ -s elsewhere/pid ]] || fail "no pid file"
  succeeds "$newest" exec --detach x sleep 2000
  "$newest" delete --force x
  eventually sh -c '! pgrep -f "^sleep 2000" > /dev/null' || fail "an exec outlived its container"
done

# Until its execve it is nobody's to look into: neither root's inside nor alice's.
succeeds inside --detach --id x sh -c 'while :; do for p in /proc/[0-9]*; do cat "$p/environ"; ls -l "$p/fd"; done; done 2> /dev/null | grep -m 1 the-secret > /tmp/leak; sleep 1000'
for (( i = 0; i < 30; ++i )); do THE_SECRET=the-secret "$newest" exec x true; done
[[ ! -s $rootfs/tmp/leak ]] || fail "the runtime's environment was seen inside"
"$newest" delete --force x
finish
