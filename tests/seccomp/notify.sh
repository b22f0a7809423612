#!/bin/bash
# A filter that asks: the agent gets the listener and the container's state, and its answers are the program's.
# shellcheck disable=SC2016  # jq expands it
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent=$PWD/agent.sock
# asking MORE…: a bundle whose filter asks about these calls.
asking() {
  new_bundle --arg agent "$agent" --argjson names "$1" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
    "listenerPath": $agent, "listenerMetadata": "of the \"test\"", "flags": ["SECCOMP_FILTER_FLAG_LOG"],
    "syscalls": [{"names": $names, "action": "SCMP_ACT_NOTIFY"}]} |
    .annotations["com.example.key"] = "value" | .process.args = ["call", "sched_yield"]'
}
start_agent() {
  rm -f "$agent" heard
  timeout 20 agent-helper "$agent" "$1" "$2" > heard &
  eventually test -S "$agent" || fail "the agent doesn't listen"
}
heard() { wait; [[ $(head -1 heard | jq -r "$1") == "$2" ]] || fail "expected $1 to be $2 in: $(< heard)"; }

asking '["sched_yield"]'
start_agent 1 13
try "$newest" run --bundle bundle x
[[ $out == EACCES ]] || fail "the agent's answer is not the program's$(seen)"
heard .id null
heard '.fds == ["seccompFd"]' true
heard .metadata 'of the "test"'
heard .state.id x
heard .state.status created
heard '.state.pid == .pid and .pid > 0' true
heard .state.bundle "$PWD/bundle"
heard '.state.annotations["com.example.key"]' value
heard '.ociVersion == .state.ociVersion' true
grep -qx 'descriptors 1' heard || fail "it is not one descriptor: $(< heard)"

start_agent 1 0
try "$newest" run --bundle bundle x
[[ $out == ok ]] || fail "the agent's success is not the program's$(seen)"
wait

# create, start and exec.
asking '["sched_yield"]'
jq '.process.args = ["sh", "-c", "call sched_yield; sleep 1000"]' bundle/config.json > new && mv new bundle/config.json
"$newest" create --bundle bundle x > out
start_agent 1 13
succeeds "$newest" start x
eventually grep -q EACCES out || fail "create and start: $(< out)"
first=$("$newest" state x | jq .pid)
heard .pid "$first"
start_agent 1 13
try "$newest" exec x call sched_yield
[[ $out == EACCES ]] || fail "exec$(seen)"
heard .state.status running
heard .state.pid "$first"
heard ".pid != $first" true
"$newest" delete --force x

# It may ask about the very call by which descriptors are sent, and about our own last ones.
for names in '["sendmsg", "sched_yield"]' '["sendmsg", "sendto", "write", "clone", "wait4", "sched_yield"]'; do
  asking "$names"
  start_agent 3 0
  try timeout 10 "$newest" run --bundle bundle x
  (( status != 124 )) || fail "it hangs$(seen)"
  wait
  grep -q '^call ' heard || fail "the agent was not asked: $(< heard)"
  "$newest" delete --force x
done

# Without an agent: an error, and nothing stays.
rm -f "$agent"
asking '["sched_yield"]'
try "$newest" run --bundle bundle x
ends_with 125
says "linux.seccomp.listenerPath: connect(\"$agent\"): No such file or directory (ENOENT)"
"$newest" create --bundle bundle x > /dev/null
try "$newest" start x
ends_with 1
says 'linux.seccomp.listenerPath'
eventually sh -c "$newest state x | grep -q stopped" || fail "it lives on"
"$newest" delete x
[[ -z $("$newest" list -q) ]] || fail "it stays: $("$newest" list)"
finish
