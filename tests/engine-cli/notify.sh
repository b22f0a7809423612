#!/bin/bash
# NOTIFY_SOCKET: what a container says of itself reaches the caller's service manager, and start waits for it; a container that ends
# without a word, one that is killed, and a runtime that is killed leave nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "python3 is missing: make deps-test installs it"
here=$(cd "$(dirname "$0")" && pwd)
cp /run/test/bin/notify-helper "$rootfs/bin/notify"
chmod 755 /run/test  # for users that aren't root
mkdir -m 1777 "$rootfs/tmp/work"
manager=/run/test/manager

# listens [ADDRESS]: in the background; what is said there is in /run/test/heard.
listens() {
  address=${1:-$manager}
  rm -f "$manager"
  : > /run/test/heard
  python3 "$here/notify.py" "$address" > /run/test/heard 2>&1 &
  receiver=$!
  eventually grep -q listens /run/test/heard || fail "nobody listens: $(< /run/test/heard)"
}
stops_listening() {
  kill "$receiver"
  wait "$receiver" || true
  rm -f "$manager" /run/test/heard
}
# heard TEXT: all that was said, a line each.
heard() {
  local expected=listens${1:+$'\n'$1}
  [[ $(< /run/test/heard) == "$expected" ]] || fail "expected the manager to hear: ${1:-nothing}; it heard: $(< /run/test/heard)"
}
told() { env NOTIFY_SOCKET="$address" lockstep "$@"; }
# told_meanwhile COMMAND…: the same in the background; $starter is the runtime's own PID.
told_meanwhile() {
  NOTIFY_SOCKET="$address" lockstep "$@" > said 2>&1 < /dev/null &
  starter=$!
}
# made COMMAND…: a container "x" that was created with the manager's socket, for the shell's COMMAND.
made() {
  new_config lockstep sh -c "$1"
  [[ -z ${2:-} ]] || config "$2"
  told create --bundle "$bundle" x > said 2>&1 < /dev/null || fail "create: $(< said)"
}
waiting() { kill -0 "$starter" 2> /dev/null; }
# starts_and_waits: start, in the background; fails if that doesn't wait.
starts_and_waits() {
  told_meanwhile start x
  becomes running
  sleep 0.3
  waiting || fail "start doesn't wait for READY=1: $(< said)"
}
started() {
  wait "$starter" || fail "start: $(< said)"
  [[ ! -s said ]] || fail "start: $(< said)"
}
gone() {
  succeeds lockstep delete --force x
  rm -f "$rootfs/tmp/go" said
  no_containers
  [[ ! -e /run/lockstep/x ]] || fail "a state folder is left"
}
# shellcheck disable=SC2016  # the container's shell expands it
say='notify STATUS=slow - "STATUS=fast
READY=1
MAINPID=1"; echo $NOTIFY_SOCKET; stat -c "%a %F" $NOTIFY_SOCKET; touch /run/notify/x; sleep 1000'

listens
made "exec > /tmp/work/log 2>&1; $say" '.root.readonly = false'
heard ""
starts_and_waits
heard ""
shows running  # and it isn't held meanwhile
succeeds lockstep exec x touch /tmp/go
started
heard "READY=1 MAINPID=$(pid)"$'\nBARRIER=1'
eventually grep -q touch "$rootfs/tmp/work/log" || fail "inside: $(< "$rootfs/tmp/work/log")"
[[ $(< "$rootfs/tmp/work/log") == $'/run/notify/notify.sock\n666 socket\n'*"Read-only file system"* ]] || fail "inside: $(< "$rootfs/tmp/work/log")"
gone

# Its last word counts, too.
made 'notify A=1 B=1 READY=1'
try told start x
ends_with 0
silent
[[ $(< /run/test/heard) == *$'READY=1 MAINPID='*[0-9]*$'\nBARRIER=1\nREADY=1 MAINPID='*[0-9]$'\nBARRIER=1' ]] || fail "a last word: $(< /run/test/heard)"
gone
stops_listening

# Who never says it: start ends when the container does, whoever ends it.
listens
made 'notify STATUS=never NOTREADY=1 READY=10; exit 3'
try told start x
ends_with 0
silent
gone
made 'sleep 1000'
starts_and_waits
succeeds lockstep kill x KILL
started
gone
# A start that is killed, and one that runs on alone.
made 'sleep 1000' '.root.readonly = false'
starts_and_waits
kill -KILL "$starter"
{ wait "$starter" || true; } 2> /dev/null
shows running
gone
heard ""

# A create without it is asked for nothing, whatever start has; a start without it waits for nobody.
# shellcheck disable=SC2016  # the container's shell expands it
new_config lockstep sh -c 'echo "<$NOTIFY_SOCKET>"; grep /run/notify /proc/self/mounts; echo end; sleep 1000'
lockstep create --bundle "$bundle" x > said 2>&1 < /dev/null
try told start x
ends_with 0
eventually grep -q end said
[[ $(< said) == $'<>\nend' ]] || fail "without NOTIFY_SOCKET: $(< said)"
gone
made 'sleep 1000'
succeeds lockstep start x
gone
heard ""

# run: detached it waits, too; in the foreground the runtime itself is who is looked after.
new_config lockstep sh -c 'notify STATUS=a - READY=1 READY=1; sleep 1000'
config '.root.readonly = false'
told_meanwhile run --detach --bundle "$bundle" x
becomes running
sleep 0.3
waiting || fail "run --detach doesn't wait: $(< said)"
touch "$rootfs/tmp/go"
wait "$starter" || fail "run --detach: $(< said)"
heard "READY=1 MAINPID=$(pid)"$'\nBARRIER=1'
gone
told_meanwhile run --detach --bundle "$bundle" x
becomes running
kill -TERM "$starter"  # goes on to the container, whose first process doesn't know the signal
sleep 0.2
waiting || fail "run --detach ended of a signal that is the container's: $(< said)"
succeeds lockstep kill x KILL
wait "$starter" || fail "run --detach of a container that ends: $(< said)"
gone
stops_listening
listens
new_config lockstep sh -c 'notify STATUS=a STATUS=b READY=1 READY=1; exit 7'
told_meanwhile run --bundle "$bundle" x
status=0
wait "$starter" || status=$?
(( status == 7 )) || fail "run: $(< said)"
heard "READY=1 MAINPID=$starter"$'\nBARRIER=1'
no_containers
stops_listening

# Other users, other kinds of sockets, and a container of an image's root.
listens @lockstep-test
made 'id -u; notify READY=1; sleep 1000' '.process.user = {uid: 1234, gid: 1234}'
succeeds told start x
heard "READY=1 MAINPID=$(pid)"$'\nBARRIER=1'
gone
stops_listening
listens
try told run --rootfs "$rootfs" --name x sh -c 'id -u; notify READY=1'
ends_with 0
[[ $(< /run/test/heard) == *READY=1* ]] || fail "with users of its own: $(< /run/test/heard)$(seen)"
try told run --rootfs "$rootfs" --tty sh -c 'notify READY=1'
ends_with 0
[[ $(< /run/test/heard) == *READY=1*READY=1* ]] || fail "with a terminal: $(< /run/test/heard)"

# Without root.
cp /run/test/bin/step09 /run/test/lockstep
mkdir /run/test/home
cp -a "$rootfs" /run/test/home
chown -R 1234:1234 /run/test/home
heard_before=$(grep -c READY=1 /run/test/heard)
try env NOTIFY_SOCKET=$manager setpriv --reuid 1234 --regid 1234 --clear-groups /run/test/lockstep --root /run/test/home/state \
  run --rootfs /run/test/home/rootfs sh -c 'id -u; notify READY=1'
ends_with 0
prints 0
[[ $(grep -c READY=1 /run/test/heard) == $((heard_before + 1)) ]] || fail "without root: $(< /run/test/heard)$(seen)"
[[ -z $(ls /run/test/home/state) ]] || fail "without root something is left: $(find /run/test/home/state)"
rm -r /run/test/home /run/test/lockstep

# What lies at /run of the rootfs leads nowhere else.
mkdir outside
rmdir "$rootfs/run/notify" "$rootfs/run"
ln -s /run/test/work/outside "$rootfs/run"
new_config lockstep true
try told run --bundle "$bundle" x
[[ -z $(ls outside) ]] || fail "something was made outside: $(ls outside)"
no_containers
rm "$rootfs/run"
rm -rf "$rootfs/run" "$rootfs/run/test"
rmdir outside

# Nobody there, or no address: said; in the one case it runs all the same.
stops_listening
made 'notify READY=1; sleep 1000'
try told start x
ends_with 0
says "NOTIFY_SOCKET: connect(\"$manager\"): No such file or directory"
shows running
gone
for address in junk @ / "/$(printf 'x%.0s' {1..120})"; do
  [[ $address != / ]] || continue
  try told create --bundle "$bundle" x
  ends_with 1
  says "NOTIFY_SOCKET: expected"
  no_containers
done

rm -rf "$rootfs/run" "$rootfs/tmp/work" "$bundle/config.json"
chmod 700 /run/test
unchanged "$before" "all of that" /run/test/work
finish
