#!/bin/bash
# shellcheck disable=SC2016  # a container's shell expands these, or `eval`
# containerd and its shim, as Kubernetes and Docker use them: `ctr run --runc-binary lockstep`.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
needs containerd ctr umoci
# What the page has a cluster's nodes write is understood. (crictl, which would have a pod run so, isn't packaged.)
{ echo 'version = 2'; page Kubernetes; } > /run/test/node.toml
try containerd --config /run/test/node.toml config dump
ends_with 0
prints '.containerd.runtimes.lockstep.options]'
prints "BinaryName = \"$lockstep\""

cat > /run/test/containerd.toml <<CONF
version = 2
root = "/run/test/containerd"
state = "/run/test/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "/run/test/containerd.sock"
CONF
containerd --config /run/test/containerd.toml > /run/test/containerd.log 2>&1 &
daemon=$!
export CONTAINERD_ADDRESS=/run/test/containerd.sock
eventually ctr version > /dev/null 2>&1 || skip "containerd doesn't start here: $(tail -n 3 /run/test/containerd.log)"

umoci init --layout /run/test/layout
umoci new --image /run/test/layout:v1 2> /dev/null
umoci insert --image /run/test/layout:v1 "$rootfs" / 2> /dev/null
tar -C /run/test/layout -cf /run/test/box.tar .
ctr images import --snapshotter native --base-name box /run/test/box.tar > /run/test/said 2>&1 ||
  skip "containerd can't import an image here: $(< /run/test/said)"
image=$(ctr images list --quiet)
run=(ctr run --snapshotter native --runc-binary "$lockstep" --cgroup "$cgroup_parent")

runs hello "${run[@]}" --rm "$image" one echo hello
try "${run[@]}" --rm "$image" one sh -c 'exit 7'
ends_with 7
try "${run[@]}" --rm "$image" one no-such-program
[[ $status != 0 && $err == *'no such file or directory'* ]] || fail "a program that isn't there$(seen)"
# with_terminal COMMAND…: this has one, which script(1) makes.
with_terminal() { script --quiet --return --command "$*" /dev/null; }
try with_terminal "${run[@]}" --rm --tty "$image" terminal tty
ends_with 0
prints /dev/pts/0
runs "" "${run[@]}" --detach --memory-limit 67108864 "$image" limited sleep 1000
memory=$(cat "/sys/fs/cgroup/memory$cgroup_parent/memory.limit_in_bytes" 2> /dev/null || cat "/sys/fs/cgroup$cgroup_parent/memory.max")
[[ $memory == 67108864 ]] || fail "--memory-limit: $memory"
runs "" ctr tasks kill --signal SIGKILL limited
eventually ctr tasks delete limited > /dev/null 2>&1 || fail "limited: $(ctr tasks list)"
runs "" ctr containers delete limited
runs "" "${run[@]}" --detach "$image" long sleep 1000
try with_terminal ctr tasks exec --tty --exec-id t long tty
ends_with 0
prints /dev/pts/0
runs "inside" ctr tasks exec --exec-id a long echo inside
try ctr tasks exec --exec-id b long sh -c 'exit 5'
ends_with 5
try ctr tasks exec --exec-id c long no-such-program
[[ $status != 0 && $err == *'no such file or directory'* ]] || fail "exec of a program that isn't there$(seen)"
try ctr tasks ps long
ends_with 0
pid=$(ctr tasks list | awk '$1 == "long" { print $2 }')
[[ $out == *"$pid"* ]] || fail "ctr tasks ps: expected $pid$(seen)"
runs "" ctr tasks pause long
[[ $(ctr tasks list | awk '$1 == "long" { print $3 }') == PAUSED ]] || fail "not paused: $(ctr tasks list)"
runs "" ctr tasks resume long
try ctr tasks metrics long
ends_with 0
prints pids.current
runs "" ctr tasks kill --signal SIGKILL long
eventually eval '[[ $(ctr tasks list | awk "\$1 == \"long\" { print \$3 }") == STOPPED ]]' || fail "kill: it goes on: $(ctr tasks list)"
try ctr tasks kill long
[[ $status != 0 && $err == *'not found'* ]] || fail "kill of one that has ended$(seen)"
try ctr tasks delete long
runs "" ctr containers delete long
nothing_of_ours /run/containerd/runc/default
(( failures == 0 )) || tail -n 20 /run/test/containerd.log
ends "$daemon"
finish
