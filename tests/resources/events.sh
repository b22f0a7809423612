#!/bin/bash
# What happens to a container, as runc tells it: its counters, the end of a process for want of memory, and that memory
# gets short.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v jq > /dev/null || skip "there is no jq to read what it prints (apt-get install jq)"
field() { jq -r "$1" <<< "$out"; }
types() { jq -r .type < events 2> /dev/null | sort | uniq -c | awk '{ printf "%s=%s ", $2, $1 }'; }
# watch_x OPTION…: `events` in the background, until the container's end.
watch_x() {  # shellcheck disable=SC2094  # "events" is a command and a file
  timeout 60 "$newest" events "$@" x > events 2> errors & watcher=$!
}
has_type() { [[ $(types) == *"$1="* ]]; }
ends_in_order() {
  wait "$watcher" || fail "events ends with $?: $(cat events errors)"
  if [[ ! -e /proc/pressure/memory ]]; then sed -i '/memory pressure is not told of/d' errors; fi
  [[ ! -s errors ]] || fail "errors: $(< errors)"
}
hungry='x=$(head -c 64000000 /dev/zero | tr "\0" a); echo ${#x}'

# Once.
start_box --memory 64m --memory-swap 64m --pids-limit 33 --cpus 1 -- sh -c 'head -c 20000000 /dev/zero > /dev/shm/x; sleep 1000'
there() { [[ $("$newest" exec x stat -c %s /dev/shm/x 2> /dev/null) == 20000000 ]]; }
eventually there || fail "it doesn't get there"
succeeds "$newest" events --stats x
[[ $(wc -l <<< "$out") == 1 && $(field .type) == stats && $(field .id) == x ]] || fail "one line of counters was expected$(seen)"
(( $(field .data.cpu.usage.total) > 100000 )) || fail "CPU time, in nanoseconds$(seen)"
# (Version 1 counts the user's share in whole ticks, so that it may be the larger number.)
[[ $cgroup_version == 1 ]] || (( $(field .data.cpu.usage.total) >= $(field .data.cpu.usage.user) )) || fail "more user time than time$(seen)"
if has memory; then
  [[ $(field .data.memory.usage.limit) == 67108864 ]] || fail "the limit$(seen)"
  (( $(field .data.memory.usage.usage) >= 20000000 && $(field .data.memory.usage.usage) < 60000000 )) || fail "memory$(seen)"
  (( $(field .data.memory.raw.shmem // 0) + $(field '.data.memory.raw.total_shmem // 0') >= 20000000 )) || fail "memory.stat$(seen)"
fi
if has pids; then
  [[ $(field .data.pids.limit) == 33 ]] || fail "the limit of processes$(seen)"
  [[ $(field .data.pids.current) =~ ^[1-3]$ ]] || fail "processes$(seen)"
fi
if has blkio || has io; then [[ $(field .data.blkio) == '{'* ]] || fail "block I/O$(seen)"; fi
[[ $(field .data.network_interfaces) == '['* ]] || fail "interfaces$(seen)"

# Again and again, until its end.
watch_x --interval 200ms
three() { (( $(wc -l < events) >= 3 )); }
eventually three || fail "no stream: $(cat events errors)"
try "$newest" kill x KILL
ends_with 0
ends_in_order
[[ $(types) =~ ^stats=[0-9]+\ $ ]] || fail "only counters were expected: $(types)"
end_box

if has memory; then
  # The kernel ends a process in there; the container goes on.
  start_box --memory 32m --memory-swap 32m -- sleep 1000
  watch_x --interval 1h
  sleep 0.5  # (it says nothing when it has begun to watch)
  try "$newest" exec x sh -c "$hungry"
  [[ $status != 0 ]] || fail "64 MB where 32 MiB are allowed$(seen)"
  eventually has_type oom || fail "no word of it: $(cat events errors)"
  [[ $(jq -c 'select(.type == "oom")' < events | head -1) == '{"type":"oom","id":"x"}' ]] || fail "not as runc has it: $(< events)"
  kills=$(setting memory memory.oom_control memory.events | awk '/^oom_kill / { print $2 }')
  (( $(grep -c '"type":"oom"' events) <= kills )) || fail "more events than the $kills processes that were ended: $(< events)"
  kill -0 "$watcher" || fail "events ended before the container: $(cat events errors)"
  try "$newest" kill x KILL
  ends_in_order
  end_box

  # The container's first process is the one.
  start_box --memory 32m --memory-swap 32m -- sh -c "sleep 1; exec head -c 64000000 /dev/zero > /dev/shm/x"
  watch_x
  ends_in_order
  has_type oom || fail "no word of it: $(types)$(cat events errors)"
  end_box

  # No kill, no such event: also not when the cgroup is removed.
  start_box --memory 32m -- sleep 1000
  watch_x --interval 100ms
  sleep 0.5
  try "$newest" delete --force x
  ends_with 0
  ends_in_order
  ! has_type oom || fail "nobody was ended for want of memory: $(< events)"
  nothing_left "events of one that is deleted"

  # Memory that gets short. (Version 2: beyond memory.high, which ends nobody, they have to wait.)
  if [[ -e $(folder_of memory)/memory.pressure_level || -e /proc/pressure/memory ]]; then
    start_box --memory 32m --memory-swap 32m -- sh -c 'head -c 16000000 /dev/zero > /dev/shm/x; sleep 1000'
    watch_x --interval 1h
    sleep 0.5
    high=$(folder_of memory)/lockstep-x/memory.high
    [[ ! -e $high ]] || echo 8M > "$high"
    "$newest" exec x sh -c "$hungry" > /dev/null 2>&1 &
    if eventually has_type memory-pressure; then
      [[ $(jq -c 'select(.type == "memory-pressure") | .data' < events | head -1) =~ ^\{\"(level\":\"(medium|critical)\"|psi\":\{) ]] ||
        fail "pressure without a level: $(< events)"
      (( $(grep -c memory-pressure events) <= 6 )) || fail "a line for each of the kernel's thousands: $(types)"
    else
      fail "no word of memory's pressure: $(cat events errors)"
    fi
    end_box
    ends_in_order
  fi
fi

start_box -- true
stopped() { [[ $("$newest" state x) == *'"status": "stopped"'* ]]; }
eventually stopped
refuses 1 'is stopped' "$newest" events x
end_box
refuses 1 'does not exist' "$newest" events x
refuses 1 "one container's ID" "$newest" events
refuses 1 '--interval' "$newest" events --interval 5 x
nothing_left "at the end"
finish
