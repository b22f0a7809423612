#!/bin/bash
# shellcheck disable=SC2016  # a container's shell expands these, or `eval`
# Docker: lockstep as a runtime of dockerd's.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
needs dockerd docker containerd jq
mkdir -p /run/test/etc
page Docker | jq --arg parent "$cgroup_parent" '. + {"default-runtime": "lockstep", "cgroup-parent": $parent,
  "data-root": "/run/test/docker", "exec-root": "/run/test/docker-exec", "pidfile": "/run/test/docker.pid",
  "hosts": ["unix:///run/test/docker.sock"], "storage-driver": "overlay2",
  "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}}}' > /run/test/etc/daemon.json
dockerd --config-file /run/test/etc/daemon.json > /run/test/docker.log 2>&1 &
daemon=$!
export DOCKER_HOST=unix:///run/test/docker.sock
eventually docker version > /dev/null 2>&1 || skip "dockerd doesn't start here: $(tail -n 3 /run/test/docker.log)"
tar -C "$rootfs" -c . | docker import - box > /run/test/said 2>&1 || skip "dockerd can't import an image here: $(< /run/test/said)"
[[ $(docker info --format '{{.DefaultRuntime}}') == lockstep ]] || fail "another runtime: $(docker info 2>&1)"
box=(--network none box)

runs hello docker run --rm "${box[@]}" echo hello
try docker run --rm "${box[@]}" sh -c 'exit 7'
ends_with 7
try docker run --rm "${box[@]}" no-such-program
ends_with 127
try docker run --rm "${box[@]}" /etc/passwd
ends_with 126
runs "1000:1000 in a" docker run --rm --user 1000:1000 --env 'A=in a' "${box[@]}" sh -c 'echo $(id -u):$(id -g) $A'
runs "67108864" docker run --rm --memory 64m "${box[@]}" sh -c \
  'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || cat /sys/fs/cgroup/memory.max'
runs $'/dev/pts/0\r' docker run --rm --tty "${box[@]}" tty
runs "0" docker run --rm --init "${box[@]}" sh -c 'echo $?'
mkdir -p volume
runs "" docker run --rm --volume "$PWD/volume:/v" "${box[@]}" touch /v/made
[[ -e volume/made ]] || fail "a volume's file isn't there"

try docker run --detach --name long "${box[@]}" sh -c 'trap "echo ended; exit 3" TERM; echo begun; while :; do sleep 0.1; done'
ends_with 0
eventually eval '[[ $(docker logs long 2>&1) == begun ]]' || fail "logs: $(docker logs long 2>&1)"
runs "42 /tmp" docker exec --env N=42 --workdir /tmp long sh -c 'echo $N $(pwd)'
runs $'/dev/pts/0\r' docker exec --tty long tty
try docker exec long sh -c 'exit 9'
ends_with 9
try docker exec long no-such-program
[[ $status == 126 || $status == 127 ]] || fail "exec of a program that isn't there$(seen)"
try docker top long
ends_with 0
prints trap
runs long docker update --pids-limit 64 long
runs long docker pause long
runs paused docker inspect --format '{{.State.Status}}' long
runs long docker unpause long
try docker stats --no-stream --format '{{.PIDs}}' long
ends_with 0
runs long docker stop -t 10 long
runs "exited 3" docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' long
runs long docker start long
runs long docker restart -t 1 long
runs long docker kill long
runs long docker rm --force long

# Docker's own network: a hook of its brings the cable, docker-proxy the port.
try docker run --detach --name web --publish 127.0.0.1:8080:80 box sh -c 'echo from inside > /index.html; exec httpd -f -p 80 -h /'
ends_with 0
answers() { [[ $(busybox wget -q -O - http://127.0.0.1:8080/ 2>&1) == "from inside" ]]; }
eventually answers || fail "the port doesn't answer: $(busybox wget -q -O - http://127.0.0.1:8080/ 2>&1)"
runs $'eth0\nlo' docker exec web ls /sys/class/net
# Its neighbours: one in the same network, one that has its network, one that has none, one that has the host's.
address=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' web)
runs "" docker run --rm box nc -w 5 "$address" 80
runs "" docker run --rm --network container:web box nc -w 5 127.0.0.1 80
runs "$(docker exec web readlink /proc/self/ns/net)" docker run --rm --network container:web box readlink /proc/self/ns/net
runs lo docker run --rm "${box[@]}" ls /sys/class/net
try docker run --rm "${box[@]}" nc -w 5 "$address" 80
[[ $status != 0 ]] || fail "--network none, and yet it reaches $address$(seen)"
runs "$(readlink /proc/self/ns/net)" docker run --rm --network host box readlink /proc/self/ns/net
runs web docker rm --force web
runs "" docker ps --all --quiet
nothing_of_ours /run/docker/runtime-lockstep/moby /run/test/docker-exec/runtime-lockstep/moby
(( failures == 0 )) || grep -v level=info /run/test/docker.log | tail -n 20
ends "$daemon"
finish
