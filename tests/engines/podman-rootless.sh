#!/bin/bash
# shellcheck disable=SC2016  # a container's shell expands these, or `eval`
# Podman of an ordinary user with subordinate ids: no process of root's is in it but newuidmap.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
needs podman conmon newuidmap useradd
cp -a /etc /run/test/etc
mount --bind /run/test/etc /etc
useradd --create-home --home-dir /run/test/home --uid 1234 --user-group learner
echo 'learner:100000:65536' | tee /etc/subuid > /etc/subgid
mkdir -m 700 /run/test/xdg
tar -C "$rootfs" -c . > /run/test/box.tar
cat > /run/test/containers.conf <<CONF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]
$(page Podman | sed '/^\[engine\]$/a events_logger = "file"')
CONF
chown -R learner: /run/test/xdg /run/test/work
podman() {
  setpriv --reuid learner --regid learner --init-groups \
    env HOME=/run/test/home XDG_RUNTIME_DIR=/run/test/xdg CONTAINERS_CONF=/run/test/containers.conf timeout 60 podman "$@"
}
refusal=$(podman unshare true 2>&1) || skip "podman can't make a user namespace for an ordinary user here: $refusal"
refusal=$(podman import /run/test/box.tar box 2>&1) || skip "podman can't import an image here: $refusal"
[[ $(podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.Security.Rootless}}') == "lockstep true" ]] ||
  fail "not lockstep without root: $(podman info 2>&1)"
box=(--network none localhost/box)

runs hello podman run --rm "${box[@]}" echo hello
try podman run --rm "${box[@]}" sh -c 'exit 7'
ends_with 7
try podman run --rm "${box[@]}" no-such-program
ends_with 127
runs "0 1234 1;1 100000 65536;" podman run --rm "${box[@]}" sh -c 'tr -s " " < /proc/self/uid_map | sed "s/^ //" | tr "\n" ";"'
runs "1000:1000" podman run --rm --user 1000:1000 "${box[@]}" sh -c 'echo $(id -u):$(id -g)'
runs "1234" podman run --rm --userns keep-id "${box[@]}" id -u
mkdir volume
chown learner: volume
runs "" podman run --rm --volume "$PWD/volume:/v" "${box[@]}" touch /v/made
[[ $(stat -c %u volume/made) == 1234 ]] || fail "a volume's file isn't the user's: $(ls -ln volume)"
runs $'/dev/pts/0\r' podman run --rm --tty "${box[@]}" tty
runs "no" podman run --rm --read-only "${box[@]}" sh -c 'touch /a 2> /dev/null && echo yes || echo no'

try podman run --detach --name long "${box[@]}" sh -c 'trap "echo ended; exit 3" TERM; echo begun; while :; do sleep 0.1; done'
ends_with 0
eventually eval '[[ $(podman logs long 2>&1) == begun ]]' || fail "logs: $(podman logs long 2>&1)"
[[ $(ps -o user= -p "$(podman inspect --format '{{.State.Pid}}' long)") == learner ]] || fail "its root is somebody else on the host"
runs "42 /tmp" podman exec --env N=42 --workdir /tmp long sh -c 'echo $N $(pwd)'
runs $'/dev/pts/0\r' podman exec --tty long tty
try podman exec long sh -c 'exit 9'
ends_with 9
try podman exec --detach --user 1000 long touch /dev/shm/made
ends_with 0
eventually eval '[[ $(podman exec long stat -c %u /dev/shm/made 2>&1) == 1000 ]]' || fail "exec --detach --user: $(podman exec long ls -ln /dev/shm)"
runs long podman stop --time 10 long
runs "exited 3" podman inspect --format '{{.State.Status}} {{.State.ExitCode}}' long
[[ $(podman logs long 2>&1) == $'begun\nended' ]] || fail "logs: $(podman logs long 2>&1)"
runs long podman start long
runs long podman kill --signal KILL long
try podman rm --force --time 0 long
ends_with 0

# Without a cgroup, as Podman asks crun for it: `--cgroup-manager disabled`.
runs "$(cat /proc/self/cgroup)" podman run --rm --cgroups disabled "${box[@]}" cat /proc/self/cgroup

# A pod: its containers share the first one's network, IPC and name.
try podman pod create --name pod --network none --infra-image localhost/box --infra-command 'sleep 1000' --hostname peas
ends_with 0
for name in one two; do
  try podman run --detach --pod pod --name "$name" localhost/box sleep 1000
  ends_with 0
done
for kind in user net ipc uts; do
  runs "$(podman exec one readlink "/proc/self/ns/$kind")" podman exec two readlink "/proc/self/ns/$kind"
done
runs peas podman exec two hostname
try podman pod rm --force --time 0 pod
ends_with 0

# A network of slirp4netns', which needs this node.
if [[ -c /dev/net/tun ]] && command -v slirp4netns > /dev/null; then
  mount -t tmpfs -o mode=755 own-net /dev/net
  mknod -m 666 /dev/net/tun c 10 200
  runs $'lo\ntap0' podman run --rm localhost/box ls /sys/class/net
fi

(( failures == 0 )) || podman ps --all
runs "" podman ps --all --quiet
nothing_of_ours /run/test/xdg/lockstep
finish
