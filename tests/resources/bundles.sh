#!/bin/bash
# The OCI's part: linux.resources and linux.cgroupsPath of a bundle, through create, start and delete.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../lifecycle/lib.sh"
step=$newest
has pids || skip "there is no pids controller"

new_config "$step" sleep 1000
[[ $(jq -c '.linux.resources.devices' "$bundle/config.json") == '[{"access":"rwm","allow":false,"type":"a"}]' ]] ||
  fail "spec: devices: $(jq -c .linux "$bundle/config.json")"
[[ $(jq -r '.mounts[] | select(.type == "cgroup") | .destination' "$bundle/config.json") == /sys/fs/cgroup ]] || fail "spec: no cgroup mount"
config '.linux.resources.pids.limit = 33'
creates --bundle "$bundle" x
is_set 33 pids pids.max pids.max
[[ $(setting pids cgroup.procs cgroup.procs) == "$(pid)" ]] || fail "created, and not in its cgroup"
succeeds "$step" start x
[[ $(setting pids cgroup.procs cgroup.procs) == "$(pid)" ]] || fail "started, and not in its cgroup"
end_box

# Relative: below the caller's own. Absolute: from the hierarchy's root on.
config '.linux.cgroupsPath = "lockstep-parent//./own"'
creates --bundle "$bundle" x
[[ $(< "$(folder_of pids)/lockstep-parent/own/pids.max") == 33 ]] || fail "a relative path: $(left)"
end_box
own=$(grep -E ':([^:]*,)?pids(,[^:]*)?:|^0::' /proc/self/cgroup | sort -r | head -1 | cut -d : -f 3)
if [[ $cgroup_version == 1 ]]; then
  mount_of_pids=$(folder_of pids)
  absolute=${own%/}/lockstep-absolute
  config ".linux.cgroupsPath = \"$absolute\""
  creates --bundle "$bundle" x
  [[ $(< "${mount_of_pids%"$own"}$absolute/pids.max") == 33 ]] || fail "an absolute path, $absolute"
  succeeds "$step" delete --force x
  nothing_left "an absolute path"
fi
config 'del(.linux.cgroupsPath)'

refused() { refuses 1 "$2" "$step" create --bundle "$bundle" x; nothing_left "$2"; no_containers; }
change() { config "$1"; }
cp "$bundle/config.json" right.json
for pair in \
  '.linux.cgroupsPath = "../x"|linux.cgroupsPath: expected' \
  '.linux.resources.network.classID = 7|' \
  '.linux.resources.unified = {"no.such": "1"}|linux.resources.unified' \
  '.linux.resources.rdma = {"mlx": {"hcaHandles": 1}}|rdma' \
  '.linux.resources.hugepageLimits = [{"pageSize": "3MB", "limit": 1}]|'; do
  cp right.json "$bundle/config.json"
  change "${pair%%|*}"
  refused "${pair%%|*}" "${pair#*|}"
done
finish
