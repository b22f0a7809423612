#!/bin/bash
# What a container uses: the numbers are the cgroup's, the words docker's; a container that ends is no error.
# shellcheck disable=SC2016  # for the containers' shells
set -euo pipefail
. "$(dirname "$0")/lib.sh"
field() { jq -r "$1" <<< "$out"; }

# In the foreground, behind a limit of time: the live table has to end by itself.
command -v jq > /dev/null || skip "there is no jq to read what it prints (apt-get install jq)"
succeeds "$newest" stats --no-stream  # nobody runs
[[ $out == "ID "* && $out != *$'\n'* ]] || fail "only the heading was expected$(seen)"
succeeds "$newest" stats  # nor is there anything to wait for
succeeds "$newest" stats --no-stream --format json
silent

start_box --memory 64m --memory-swap 64m --pids-limit 64 -- \
  sh -c 'head -c 20000000 /dev/zero > /dev/shm/x; sleep 1000 & sleep 1000 & while :; do :; done'
ready() { (( $("$newest" ps x | wc -l) == 4 )); }
eventually ready || fail "it doesn't get there: $("$newest" ps x)"

succeeds "$newest" stats --no-stream x
[[ $out =~ ^ID\ +CPU\ %\ +MEM\ USAGE\ /\ LIMIT\ +MEM\ %\ +NET\ I/O\ +BLOCK\ I/O\ +PIDS[[:space:]]x\ +[0-9.]+% ]] ||
  fail "not a table as docker has it$(seen)"
(( $(wc -l <<< "$out") == 2 )) || fail "one row was expected$(seen)"
succeeds "$newest" stats --no-stream -f json
[[ $(field .ID) == x && $(field .Name) == x ]] || fail "one line for x was expected$(seen)"
cpu=$(field .CPUPerc)
[[ $cpu =~ ^[0-9]+\.[0-9][0-9]%$ ]] || fail "CPU: $cpu"
[[ $cpu != 0.00% ]] || fail "it computes all the time, and that is nothing"
(( ${cpu%%.*} <= 110 )) || fail "one process computes all the time, but it is $cpu of a CPU"
if has memory; then
  [[ $(field .MemUsage) =~ ^([0-9.]+)MiB\ /\ 64MiB$ ]] || fail "memory: $(field .MemUsage)"
  used=${BASH_REMATCH[1]%.*}
  (( used >= 19 && used < 40 )) || fail "20 MB are in use, but it says $used MiB"
  share=$(field .MemPerc)
  (( ${share%%.*} >= 29 && ${share%%.*} < 63 )) || fail "memory's share: $share"
fi
if has pids; then [[ $(field .PIDs) == 3 ]] || fail "three processes were expected: $(field .PIDs)"; fi
[[ $(field .NetIO) == *B\ /\ *B ]] || fail "network: $(field .NetIO)"

# A paused one computes nothing, and is still there.
succeeds "$newest" pause x
succeeds "$newest" stats --no-stream -f json
[[ $(field .CPUPerc) == 0.00% ]] || fail "a paused one computes$(seen)"
succeeds "$newest" resume x

# Without a limit the machine's memory is the limit; a second container has a row of its own.
try "$newest" run --rootfs "$rootfs" --id y --detach sleep 1000
ends_with 0
succeeds "$newest" stats --no-stream
(( $(wc -l <<< "$out") == 3 )) || fail "two rows were expected$(seen)"
succeeds "$newest" stats --no-stream y
[[ $out != *$'\nx '* ]] || fail "only y was asked for$(seen)"
if has memory; then
  [[ $out =~ \ /\ [0-9.]+[GT]iB || $(free -m | awk '/^Mem/ { print $2 }') -lt 1024 ]] || fail "the machine's memory isn't the limit$(seen)"
fi
try "$newest" delete --force y
ends_with 0

# A stream: a line each second; it ends with the container, and nothing is wrong then.
timeout 30 "$newest" stats -f json > stream 2> errors & stream=$!
timeout 30 "$newest" stats x > table 2>> errors & table=$!
lines() { (( $(wc -l < stream) >= 2 && $(grep -c '^x ' table) >= 2 )); }
eventually lines || fail "no stream: $(cat stream table errors)"
try "$newest" kill x KILL
ends_with 0
wait "$stream" || fail "the stream's status: $?"
wait "$table" || fail "the table's status: $?"
[[ ! -s errors ]] || fail "errors: $(< errors)"
[[ $(jq -r .ID < stream | sort -u) == x ]] || fail "not a line of JSON each: $(< stream)"
ended() { [[ $("$newest" state x) == *'"status": "stopped"'* ]]; }
eventually ended || fail "it doesn't end"
refuses 1 'is stopped' "$newest" stats x
succeeds "$newest" stats --no-stream
[[ $out != *$'\n'* ]] || fail "nobody runs$(seen)"
end_box

# Ctrl-C ends it, without a complaint.
start_box -- sleep 1000
rm table
"$newest" stats > table 2> errors & stream=$!
shown() { [[ -s table ]]; }
eventually shown || fail "no table"
kill -INT "$stream"
wait "$stream" || fail "after SIGINT it ends with $?: $(< errors)"
[[ ! -s errors ]] || fail "errors: $(< errors)"

# On a terminal the table is drawn in its own place.
if command -v script > /dev/null; then
  timeout --signal INT 4 script -qec "stty rows 10 cols 60; timeout --signal INT 3 $newest stats" /dev/null < /dev/null > terminal || true
  [[ $(< terminal) == *$'\e[2A\r\e[J'* ]] || fail "it isn't redrawn: $(cat -v terminal)"
fi
end_box

# What the network brought and took.
if [[ $("$newest" run --help) == *--publish* ]]; then
  start_box -- sh -c 'sleep 1000'
  nsenter --net="/proc/$("$newest" state x | jq .pid)/ns/net" sh -c 'ip link add t0 type veth peer name t1 && ip link set t0 up && ip link set t1 up &&
    ip addr add 10.99.0.1/24 dev t0 && ping -c 1 -W 1 -s 1400 -I t0 10.99.0.2' > /dev/null 2>&1 || true
  succeeds "$newest" stats --no-stream -f json x
  [[ $(field .NetIO) != '0B / 0B' && $(field .NetIO) != --* ]] || echo "not seen: no packets of a veth pair (no ip or ping?)"
  end_box
  start_box --network host -- sleep 1000
  succeeds "$newest" stats --no-stream -f json x
  [[ $(field .NetIO) == '-- / --' ]] || fail "the host's network isn't the container's$(seen)"
  end_box
fi

refuses 1 'does not exist' "$newest" stats no-such
refuses 1 'does not exist' "$newest" stats --no-stream no-such
nothing_left "at the end"
finish
