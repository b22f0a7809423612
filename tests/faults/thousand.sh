#!/bin/bash
# A thousand containers alive at once: all are listed, and state, exec, kill and delete of one among them do what they
# should, to that one alone. Then all are deleted, and nothing is left.
# shellcheck disable=SC2154  # for lib.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
readonly kAtOnce=8
with_network() { :; }  # a bridge has no place for a thousand
count=1000
# One each: a process, and some MiB of the kernel's and its own.
free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
(( free > 4 * count )) || skip "$free MiB of memory are free: too few for $count containers"
begin_sweep
before=$(snapshot /run/test/work)
mkdir /run/many

seq $count | xargs -P $kAtOnce -I {} "$step" run --detach --id many-{} --pids-limit 16 --rootfs "$rootfs" sleep 100000 >> /run/many/ids
[[ $(sort /run/many/ids) == "$(seq -f 'many-%g' $count | sort)" ]] || fail "expected $count IDs, seen $(wc -l < /run/many/ids)"
is_running() { [[ $("$step" list | grep -c running) == "$1" ]] || fail "$2: expected $1 in the list, seen $("$step" list | grep -c running)"; }
is_running $count "all are started"
[[ $("$step" list -f json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))') == "$count" ]] || fail "list -f json hasn't $count"

one=many-500
succeeds "$step" state $one
prints '"status": "running"'
succeeds "$step" exec $one sh -c 'echo mine > /tmp/x; cat /tmp/x; echo $$'
[[ $out == mine$'\n'2 ]] || fail "exec of one among $count$(seen)"
# Appended: busybox's cat writes by sendfile(2), which two at a time do to the same place of a file.
seq 1 10 $count | xargs -P $kAtOnce -I {} "$step" exec many-{} sh -c 'echo {} > /dev/shm/{}; ls /dev/shm' >> /run/many/said
[[ $(sort -n /run/many/said) == "$(seq 1 10 $count)" ]] || fail "an exec did not do its own work: $(< /run/many/said)"
succeeds "$step" delete --force $one
is_running $((count - 1)) "one is deleted"
refuses 1 "$one" "$step" state $one
succeeds "$step" run --rootfs "$rootfs" --id $one --detach sleep 100000
is_running $count "it is there again"

seq -f 'many-%g' $count | xargs -P $kAtOnce -n 10 "$step" delete --force
[[ -z $("$step" list -q) ]] || fail "left: $("$step" list -q | wc -l)"
unchanged "$before" "$count containers" /run/test/work
nothing_left "$count containers"
echo "$count containers were alive at once"
finish
