#!/bin/bash
# shellcheck disable=SC2016  # a container's shell expands these, or `eval`
# Podman and its conmon: what people do with containers goes through lockstep.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
needs podman conmon
mkdir -p /run/test/etc
export CONTAINERS_CONF=/run/test/etc/containers.conf
cat > "$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
$(page Podman | sed '/^\[engine\]$/a events_logger = "file"')
CONF
podman() { command podman --root /run/test/root --runroot /run/test/runroot --storage-driver overlay --tmpdir /run/test/tmp "$@"; }
tar -C "$rootfs" -c . > /run/test/box.tar
refusal=$(podman import /run/test/box.tar box 2>&1) || skip "podman can't import an image here: $refusal"
[[ $(podman info --format '{{.Host.OCIRuntime.Name}}') == lockstep ]] || fail "podman has another runtime: $(podman info 2>&1)"
box=(--network none --cgroup-parent "$cgroup_parent" localhost/box)

runs "hello" podman run --rm "${box[@]}" echo hello
try podman run --rm "${box[@]}" sh -c 'exit 7'
ends_with 7
try podman run --rm "${box[@]}" no-such-program
ends_with 127
try podman run --rm "${box[@]}" /etc/passwd
ends_with 126
runs "1000:1000" podman run --rm --user 1000:1000 "${box[@]}" sh -c 'echo $(id -u):$(id -g)'
runs "in a box" podman run --rm --hostname box --env 'A=in a' "${box[@]}" sh -c 'echo $A $(hostname)'
runs "67108864" podman run --rm --memory 64m --cgroupns private "${box[@]}" sh -c \
  'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || cat /sys/fs/cgroup/memory.max'
runs "no" podman run --rm --read-only "${box[@]}" sh -c 'touch /a 2> /dev/null && echo yes || echo no'
mkdir -p /run/test/work/volume
runs "" podman run --rm --volume /run/test/work/volume:/v "${box[@]}" touch /v/made
[[ -e volume/made ]] || fail "a volume's file isn't there"
runs $'/dev/pts/0\r' podman run --rm --tty "${box[@]}" tty
runs "lo" podman run --rm "${box[@]}" ls /sys/class/net
runs "$(readlink /proc/self/ns/net)" podman run --rm --network host --cgroup-parent "$cgroup_parent" localhost/box readlink /proc/self/ns/net
out=$(echo typed | podman run --rm --interactive "${box[@]}" cat)
[[ $out == typed ]] || fail "--interactive: $out"

# One that stays.
try podman run --detach --name long --systemd=false "${box[@]}" sh -c 'trap "echo ended; exit 3" TERM; echo begun; while :; do sleep 0.1; done'
ends_with 0
eventually eval '[[ $(podman logs long 2>&1) == begun ]]' || fail "logs: $(podman logs long 2>&1)"
runs "42" podman exec --env N=42 long sh -c 'echo $N'
runs "/tmp 1" podman exec --workdir /tmp --user 1 long sh -c 'echo $(pwd) $(id -u)'
runs $'/dev/pts/0\r' podman exec --tty long tty
try podman exec long sh -c 'exit 9'
ends_with 9
try podman exec long no-such-program
ends_with 127
try podman exec --detach long touch /tmp/made
ends_with 0
eventually podman exec long test -e /tmp/made || fail "exec --detach did nothing"
try podman top long pid comm
prints "1 "
try podman update --memory 64m long
ends_with 0
runs 67108864 podman exec long sh -c \
  'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || cat /sys/fs/cgroup/memory.max'
try podman stats --no-stream --format '{{.Name}}' long
ends_with 0
prints long
runs long podman pause long
runs paused podman inspect --format '{{.State.Status}}' long
try podman exec long true
[[ $status != 0 ]] || fail "exec in a paused container$(seen)"
runs long podman unpause long
runs long podman stop --time 10 long
runs "exited 3" podman inspect --format '{{.State.Status}} {{.State.ExitCode}}' long
[[ $(podman logs long 2>&1) == $'begun\nended' ]] || fail "logs: $(podman logs long 2>&1)"
runs long podman start long
runs long podman kill --signal KILL long
eventually eval '[[ $(podman inspect --format "{{.State.Status}}" long) == exited ]]' || fail "kill: it goes on"
try podman rm --force long
ends_with 0

# A health check, and a pod.
try podman run --detach --name healthy --health-cmd 'test -e /tmp/well' --health-interval disable "${box[@]}" sleep 1000
ends_with 0
try podman healthcheck run healthy
[[ $status == 1 ]] || fail "a health check that fails$(seen)"
podman exec healthy touch /tmp/well
try podman healthcheck run healthy
ends_with 0
try podman rm --force --time 0 healthy
ends_with 0

# A pod: its containers share the first one's network, IPC and name, and no PIDs.
runs_pod() { runs "$1" podman exec "${@:2}"; }
try podman pod create --name pod --network none --cgroup-parent "$cgroup_parent" --infra-image localhost/box --infra-command 'sleep 1000' --hostname peas
ends_with 0
for name in one two; do
  try podman run --detach --pod pod --name "$name" localhost/box sleep 1000
  ends_with 0
done
for kind in net ipc uts; do
  runs_pod "$(podman exec one readlink "/proc/self/ns/$kind")" two readlink "/proc/self/ns/$kind"
done
[[ $(podman exec one readlink /proc/self/ns/pid) != $(podman exec two readlink /proc/self/ns/pid) ]] || fail "a pod's containers share their PIDs"
runs_pod peas two hostname
try podman pod stop --time 1 pod
ends_with 0
try podman pod rm --force --time 0 pod
ends_with 0

# Another's PIDs; an init; a restart; users of its own; a terminal that is attached to.
try podman run --detach --name first "${box[@]}" sleep 1000
ends_with 0
runs "$(podman exec first readlink /proc/self/ns/pid)" podman run --rm --pid container:first "${box[@]}" readlink /proc/self/ns/pid
try podman rm --force --time 0 first
ends_with 0
runs "$(readlink /proc/self/ns/pid)" podman run --rm --pid host "${box[@]}" readlink /proc/self/ns/pid
if command -v catatonit > /dev/null; then
  try podman run --rm --init "${box[@]}" sh -c 'cat /proc/1/comm'
  prints podman-init
fi
try podman run --name again --restart on-failure:2 "${box[@]}" sh -c 'echo tried; exit 4'
ends_with 4
eventually eval '[[ $(podman logs again 2>&1 | grep -c tried) == 3 ]]' || fail "--restart: $(podman logs again 2>&1)"
try podman rm --force --time 0 again
ends_with 0
runs "0 100000 1000" podman run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 "${box[@]}" sh -c 'set -- $(cat /proc/self/uid_map); echo $*'
runs "$(cat /proc/self/cgroup)" podman run --rm --cgroups disabled --network none localhost/box cat /proc/self/cgroup

(( failures == 0 )) || podman ps --all
runs "" podman ps --all --quiet
nothing_of_ours /run/lockstep
finish
