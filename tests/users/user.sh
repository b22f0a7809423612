#!/bin/bash
# --user in all spellings, --group-add, HOME.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# is USER GROUP GROUPS HOME OPTION…: numbers, as the kernel has them; GROUPS are the supplementary ones.
is() {
  local expected="$1 $2 [$3] $4"
  shift 4
  try inside "$@" sh -c 'u=$(grep ^Uid: /proc/self/status | cut -f 2-); g=$(grep ^Gid: /proc/self/status | cut -f 2-)
    set -- $u; for n; do [ "$n" = "$1" ] || echo "uids: $u"; done; uid=$1
    set -- $g; for n; do [ "$n" = "$1" ] || echo "gids: $g"; done; gid=$1
    echo "$uid $gid [$(echo $(grep ^Groups: /proc/self/status | cut -f 2-))] $HOME"'
  [[ $status == 0 && $out == "$expected" ]] || fail "expected $expected$(seen)"
}

is 0 0 "" /root
for user in root 0 root:root 0:0 root:0; do is 0 0 "" /root --user "$user"; done
for user in alice 1000; do is 1000 1000 "29 44" /home/alice --user "$user"; done
for user in alice:users alice:100 1000:users 1000:100; do is 1000 100 "" /home/alice --user "$user"; done
is 1000 1000 "29 44" /home/alice -u alice
is 1000 1000 "29 44" /home/alice -ualice
is 1001 100 "29" / --user homeless
is 65534 65534 "" / --user nobody
is 4000 0 "" / --user 4000
is 4000 4001 "" / --user 4000:4001
# All digits are a number, whatever passwd and group call so (CVE-2016-3697).
is 4711 0 "" / --user 4711
is 1000 4712 "" /home/alice --user alice:4712

is 1000 1000 "5 29 44 60000" /home/alice --user alice --group-add tty --group-add 60000
is 0 0 "5" /root --group-add 5
is 1000 100 "5" /home/alice --user alice:users --group-add tty
is 4000 0 "4712" / --user 4000 --group-add 4712

# HOME is the user's, unless it is given.
is 1000 1000 "29 44" /elsewhere --user alice --env HOME=/elsewhere
is 1000 1000 "29 44" /root --user alice --env HOME=/root
is 0 0 "" /elsewhere --env HOME=/elsewhere

# No power goes along; and with the host's users neither.
for userns in private host; do
  shows "0000000000000000" --userns $userns --user alice sh -c 'grep ^CapEff: /proc/self/status | cut -f 2'
  is 1000 1000 "29 44" /home/alice --userns $userns --user alice
done
for options in "" "--userns host"; do
  # shellcheck disable=SC2086
  try inside $options --user alice sh -c 'cat /proc/1/environ > /dev/null && kill -0 1 && echo own; touch /etc/new'
  [[ $out == own && $err == *'Permission denied'* ]] || fail "expected its own process, and no right to /etc$(seen)"
done

# What root alone may execute or enter, the user may not.
cp "$rootfs/bin/busybox" "$rootfs/roots-own"
chmod 700 "$rootfs/roots-own"
refuses 126 'in the container: "/roots-own": permission denied (EACCES)' inside --user alice /roots-own true
mkdir -m 700 "$rootfs/roots-folder"
refuses 125 'chdir("/roots-folder"): Permission denied (EACCES)' inside --user alice --workdir /roots-folder pwd
rm -r "$rootfs/roots-own" "$rootfs/roots-folder"

# The terminal is the user's, also by name.
try inside --tty=true --user alice sh -c 'stat -c %u /dev/pts/0; echo by-name > /dev/tty; echo console > /dev/console'
[[ $status == 0 && $out == *1000*by-name*console* ]] || fail "expected the user's own terminal$(seen)"
if static "$newest"; then
  shows "1000 2" --init --user alice sh -c 'echo $(id -u) $$'
  shows "1000" --init --user alice stat -c %u /proc/1
fi

refuses 125 '--user: there is no user "bob" in the rootfs'"'"'s /etc/passwd' inside --user bob true
refuses 125 'there is no group "staff" in the rootfs'"'"'s /etc/group' inside --user alice:staff true
refuses 125 'there is no group "staff" in the rootfs'"'"'s /etc/group' inside --group-add staff true
refuses 125 'the container has no user 65536' inside --user 65536 true
hints "0 $first 65536"
refuses 125 'the container has no group 70000' inside --user 0:70000 true
refuses 125 'the container has no group 70000' inside --group-add 70000 true
refuses 125 '--user: 4294967295 is no user id' inside --user 4294967295 true
refuses 125 '99999999999 is no group id' inside --user 0:99999999999 true
is 70000 0 "" / --userns host --user 70000

# Without the files numbers will do, and names won't.
mv "$rootfs/etc/passwd" "$rootfs/etc/group" .
is 1000 0 "" / --user 1000
is 0 0 "" /root
refuses 125 'there is no user "alice"' inside --user alice true
refuses 125 'there is no group "users"' inside --user 0:users true
finish
