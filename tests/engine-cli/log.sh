#!/bin/bash
# --log: what goes wrong stands there, too, as engines read it; the name and the version are those that it was called by.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

try lockstep --log log --log-format json state nobody
ends_with 1
[[ $err == 'lockstep: container "nobody" does not exist'* ]] || fail "expected its own name$(seen)"
[[ $(jq -r '[.level, .msg] | join(": ")' log) == 'error: container "nobody" does not exist' ]] || fail "the log: $(< log)"
[[ $(jq -r '.time' log) =~ ^20..-..-..T..:..:..Z$ ]] || fail "the log's time: $(< log)"
[[ $(stat -c %a log) == 644 ]] || fail "the log's mode: $(stat -c %a log)"

# A line for each, behind those that are there; the options may stand behind the command, too.
try lockstep delete --log=log --log-format=json nobody
try lockstep --log-format json --log log kill nobody NONE
[[ $(jq -r .level log) == $'error\nerror\nerror' ]] || fail "expected three lines: $(< log)"
try lockstep --log text.log state $'no\n"body'
[[ $(< text.log) =~ ^time=\"20[^\"]*Z\"\ level=error\ msg=\".*\"$ ]] || fail "as text: $(< text.log)"

# Without an error it is there, and empty; with --debug each command is in it.
succeeds lockstep --log quiet.log list
[[ -e quiet.log && ! -s quiet.log ]] || fail "nothing went wrong, and the log says: $(cat quiet.log 2>&1)"
succeeds lockstep --debug --log debug.log --log-format json list -q
[[ $(jq -r '[.level, .msg] | join(": ")' debug.log) == "debug: list -q" ]] || fail "--debug: $(< debug.log)"

# It goes to /dev/full: said, and the exit status is that of what went wrong.
try lockstep --log /dev/full state nobody
ends_with 1
says ENOSPC

# An error of the container's.
new_config lockstep no-such-program
try lockstep --log inside.log --log-format json create --bundle "$bundle" x
ends_with 1
jq -r .msg inside.log | grep -q 'no such file or directory' || fail "what Docker looks for is not in: $(< inside.log)"

succeeds lockstep --version
version=$'^lockstep version [0-9.]+\nspec: 1\\.[0-9.]+\nlibseccomp: [0-9.]+$'
[[ $out =~ $version ]] || fail "the version$(seen)"
succeeds "$newest" --version
[[ $out =~ ^$newest\ [0-9.]+\ \(09-seccomp\)$ ]] || fail "the version$(seen)"

# Accepted, or refused with the reason.
succeeds lockstep --systemd-cgroup=false --rootless auto --criu /usr/sbin/criu --cgroup-manager cgroupfs list
for options in --systemd-cgroup '--cgroup-manager systemd'; do
  # shellcheck disable=SC2086  # two words
  try lockstep $options list
  ends_with 1
  says "systemd's cgroup driver is not supported"
done
for command in "checkpoint --image-path /a --leave-running x" "restore --image-path /a --bundle /b --detach x"; do
  # shellcheck disable=SC2086
  try lockstep $command
  ends_with 1
  says "${command%% *}: not supported yet"
done

rm -f ./*log "$bundle/config.json"
unchanged "$before" "all of that" /run/test/work
finish
