#!/bin/bash
# Bundles: what is wrong in a config.json is named by its place; what a later step brings is refused, never ignored;
# what the bundle decides can't be said beside it. Nothing is left of any of these.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/lib.sh"
"$newest" run --rootfs "$rootfs" true
file=$bundle/config.json

# refused TEXT: the bundle, by create and by run.
refused() {
  refuses 1 "$1" "$step" create --bundle "$bundle" x
  refuses 125 "$1" "$step" run --bundle "$bundle" x
}

# wrong FILTER TEXT: that change to a good config.json is refused with TEXT behind the file's name.
wrong() {
  cp "$file" /run/good.json
  config "$1"
  refused "$file: $2"
  cp /run/good.json "$file"
}

# later LESSON FILTER PLACE: as `wrong`, in steps before that lesson's. PLACE may be cut off.
later() {
  (( 10#${step#step} >= 10#$1 )) && return
  wrong "$2" "$3"
  says 'not supported by this step'
  hints "step$1"
  hints "$3"
}

for step in "${lifecycle_steps[@]}"; do
  new_config "$step" sh -c 'hostname; exit 7'
  before=$(snapshot "$bundle" "$rootfs")

  # What `spec` writes runs, but for the terminal; a second time it is not overwritten.
  try "$step" run --bundle "$bundle" x
  ends_with 7
  prints lockstep
  refuses 1 '(EEXIST)' "$step" spec --bundle "$bundle"
  hints 'remove it first'
  cmp -s "$file" <(cat "$file") || fail "$step: spec changed it"
  refuses 1 '--bundle: ' "$step" spec --bundle no-such-folder
  refuses 1 'unexpected "x"' "$step" spec x
  cp "$file" /run/spec.json

  wrong 'del(.ociVersion)' 'ociVersion: is required'
  wrong '.ociVersion = "2.0"' 'ociVersion: expected a version 1.x'
  wrong 'del(.process)' 'process: is required'
  wrong 'del(.root)' 'root: is required'
  wrong '.process.args = []' 'process.args: expected'
  wrong '.process.cwd = "relative"' 'process.cwd: expected an absolute path'
  wrong '.process.env = ["NAME"]' 'process.env[0]: expected NAME=value'
  wrong '.process.user.uid = "root"' 'process.user.uid: expected an integer'
  wrong '.root.path = "no-such-folder"' "root.path: realpath(\"$bundle/no-such-folder\"): No such file or directory (ENOENT)"
  wrong '.root.path = "config.json"' 'root.path: '
  says '(ENOTDIR)'
  wrong '.root.path = "/"' "root.path: the host's own root"
  wrong '.root.path = "rootfs/../../../../.."' "root.path: the host's own root"
  wrong '.mounts[0] = 7' 'mounts[0]: expected an object'
  wrong '.linux.namespaces += [{"type": "pid"}]' 'linux.namespaces['
  says 'listed twice'
  wrong '.linux.namespaces += [{"type": "no"}]' 'linux.namespaces['
  for name in image image-digest sandbox; do
    wrong ".annotations[\"io.lockstep.$name\"] = \"/etc\"" "annotations[\"io.lockstep.$name\"]: it is the runtime's own"
  done
  for type in pid uts mount; do
    [[ $step != "$newest" || $type == mount ]] || continue  # the complete runtime shares the host's
    wrong "del(.linux.namespaces[] | select(.type == \"$type\"))" "linux.namespaces: \"$type\" is missing"
    hints "{\"type\": \"$type\"}"
  done
  later 05 '.linux.namespaces += [{"type": "network"}]' 'linux.namespaces[4]'
  later 05 '.linux.netDevices = {"eth0": {}}' 'linux.netDevices'
  later 06 '.linux.namespaces += [{"type": "user"}]' 'linux.namespaces['
  later 06 '.linux.uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}]' 'linux.uidMappings'
  later 06 '.process.user.uid = 65534' 'process.user.uid'
  later 06 '.process.user.additionalGids = [5]' 'process.user.additionalGids'
  later 07 '.linux.namespaces += [{"type": "cgroup"}]' 'linux.namespaces['
  later 07 '.linux.resources.memory.limit = 1000000' 'linux.resources'
  later 07 '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}]' 'mounts['
  later 08 '.process.capabilities.bounding = ["CAP_KILL"]' 'process.capabilities'
  later 08 '.process.noNewPrivileges = true' 'process.noNewPrivileges'
  later 08 '.process.rlimits = [{"type": "RLIMIT_NOFILE", "hard": 9, "soft": 9}]' 'process.rlimits'
  later 08 '.linux.sysctl = {"net.ipv4.ip_forward": "1"}' 'linux.sysctl'
  later 08 '.linux.memoryPolicy.mode = "MPOL_BIND"' 'linux.memoryPolicy'
  later 09 '.linux.timeOffsets.boottime.secs = 7' 'linux.timeOffsets'
  later 09 '.linux.namespaces += [{"type": "time"}]' 'linux.namespaces['
  later 09 '.linux.seccomp.defaultAction = "SCMP_ACT_ALLOW"' 'linux.seccomp'
  later 09 '.hooks.prestart = [{"path": "/bin/true"}]' 'hooks'
  later 09 '.linux.namespaces[0].path = "/proc/1/ns/pid"' 'linux.namespaces[0]'
  # All that is in the way is named at once.
  if (( 10#${step#step} < 8 )); then
    config '.process.noNewPrivileges = true | .hooks.prestart = [{"path": "/bin/true"}]'
    refused 'not supported by this step'
    hints 'process.noNewPrivileges, hooks'
  fi

  # No JSON, no file, no folder.
  for text in '' '{' '[]' 'null' '\0377' '{"ociVersion": "1.0", "ociVersion": "1.1"}'; do
    printf '%b' "$text" > "$file"
    refused "$file: "
  done
  rm "$file"
  refused "open(\"$file\"): No such file or directory (ENOENT)"
  hints 'spec --bundle DIR'
  for other in 'mkfifo FILE' 'ln -s /dev/zero FILE' 'mkdir FILE' 'ln -s config.json FILE'; do
    ${other//FILE/"$file"}
    refused "config.json"
    rm -d "$file"
  done
  refuses 1 '--bundle: ' "$step" create --bundle /no/such/folder x
  refuses 1 'config.json' "$step" create x

  # What the bundle decides.
  cp /run/spec.json "$file"
  for option in --hostname=x --tty=true --rootfs="$rootfs" --env=A=b --read-only --workdir=/ --init --tmpfs=/x; do
    refuses 125 "${option%%=*}: the bundle's config.json decides that" "$step" run --bundle "$bundle" "$option" x
    refuses 1 "${option%%=*}: the bundle's config.json decides that" "$step" create "$option" --bundle "$bundle" x
  done
  refuses 125 '--id: ' "$step" run --bundle "$bundle" --id x x
  refuses 125 "the container's ID" "$step" run --bundle "$bundle"
  refuses 125 "the container's ID" "$step" run --bundle "$bundle" x true
  refuses 125 'is no container ID' "$step" run --bundle "$bundle" a/b
  refuses 1 "the container's ID" "$step" create --bundle "$bundle"
  refuses 1 'a command is missing' "$step" create --rootfs "$rootfs" x
  no_containers
  unchanged "$before" "$step: bundles that are refused" "$bundle" "$rootfs"

  # An IPC namespace that the list leaves out is the host's; annotations go into the state.
  config 'del(.linux.namespaces[] | select(.type == "ipc")) | .annotations = {"com.example.\"key\"": "a\nb"} |
          .process.args = ["readlink", "/proc/self/ns/ipc"]'
  creates --bundle "$bundle" x
  [[ $("$step" state x | jq -r '.annotations["com.example.\"key\""]') == $'a\nb' ]] || fail "$step: annotations: $("$step" state x)"
  "$step" delete x
  try "$step" run --bundle "$bundle" x
  prints "$(readlink /proc/self/ns/ipc)"
  cp /run/spec.json "$file"
  unchanged "$before" "$step: bundles" "$bundle" "$rootfs"
done
finish
