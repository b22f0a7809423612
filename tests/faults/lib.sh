# For the sweeps: a host of its own, in cgroups of its own, with an image, a network and a volume; and containers that
# have everything.
# shellcheck shell=bash

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
command -v sweep-helper > /dev/null || skip "sweep-helper is not built"
step=$newest
find_hierarchies

everything=(--hostname box --memory 64m --pids-limit 64 --volume /run/test/volume:/data --tmpfs /scratch --env A=B)
source=()
with_image() {
  command -v rootfs-fetch > /dev/null || { echo "without an image: rootfs-fetch was not built"; return 0; }
  rootfs-fetch busybox -q > /dev/null
  source=(busybox)
}
with_network() {
  { command -v nft && nft list tables; } > /dev/null 2>&1 || { echo "without a network: nft can't be used here"; return 0; }
  ip link set lo up
  succeeds "$step" network create web
  everything+=(--network web --publish 8080:80)
}
# What succeeds must have done all that it always does: a container tells what it sees of itself.
# shellcheck disable=SC2016,SC2034
tell='hostname; id; cat /proc/self/uid_map /proc/self/gid_map /proc/self/cgroup
grep -E "Cap|NoNew|Seccomp|Groups" /proc/self/status; ulimit -a; awk "\$5 !~ \"^/sys\" {print \$4, \$5, \$6}" /proc/self/mountinfo
cat /etc/hosts /etc/resolv.conf; ip -o -4 address; ls /proc/self/fd /dev /; cat /proc/1/oom_score_adj
cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2> /dev/null; echo $A; pwd'

begin_sweep() {
  local hierarchy
  mkdir /run/test/volume
  chown "$(root_inside "$step")" /run/test/volume
  chmod 711 /run/test
  mkdir -m 700 /run/test/own
  mv "$rootfs" /run/test/own
  rootfs=/run/test/own/rootfs
  source=(--rootfs "$rootfs")
  with_image
  with_network
  watched=(--file /run/lockstep --file "$LOCKSTEP_STORE/containers" --file "$LOCKSTEP_STORE/networks" --file /tmp --file /var/tmp --file /run/test/work --file /run/test/volume)
  for hierarchy in "${hierarchies[@]}"; do watched+=(--cgroup "${hierarchy#* }"); done
  succeeds "$step" run --id x "${everything[@]}" "${source[@]}" true  # whatever is made once
  succeeds "$step" delete --force x
  # A bridge without containers has no carrier, soon.
  [[ ${everything[*]} != *web* ]] || eventually sh -c 'ip -o link show ls-web | grep -q "state DOWN"' || fail "the bridge is up"
}

stride=${LOCKSTEP_STRIDE:-1}
offset=${LOCKSTEP_OFFSET:-0}
# sweep NAME PREPARE COMMAND…: for the fault that this script is about.
sweep() {
  local name=$1 prepare=$2
  shift 2
  sweep-helper --fault "$fault" --name "$name" --prepare "$prepare" --clean "$step delete --force x" "${watched[@]}" \
    --stride "$stride" --offset "$offset" --totals /run/totals -- "$@" || failures=$((failures + 1))
}
end_sweep() {
  (( stride == 1 )) || echo "each ${stride}th call, from $offset on: LOCKSTEP_STRIDE, LOCKSTEP_OFFSET"
  awk -v what="$fault" '{ calls += $1; mattered += $2; leaks += $3; unclear += $4 }
    END { printf "%s: %d system calls, %d leaks, %d unclear errors\n", what, calls, leaks, unclear }' /run/totals
  finish
}
