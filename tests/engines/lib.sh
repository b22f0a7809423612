# For the tests with real engines: a host of their own (its processes, mounts, network and files end with it), with the ladder's end
# as `lockstep`, and an image, `box`, as an archive.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

# shellcheck source=../support/own_host.sh
. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
cp "/run/test/bin/$newest" /run/test/bin/lockstep
lockstep=/run/test/bin/lockstep
chmod 755 /run/test

# needs PROGRAM…: skipped without them.
needs() {
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || skip "$program is missing: make deps-engines installs it"
  done
}

# An engine's loopback is down in a network namespace that is new.
ip link set lo up 2> /dev/null || true

# Where the engines are told to put their containers: below the test's own cgroup, which goes with it.
cgroup_parent=$(sed -nE 's/^[0-9]+:(.*,)?pids(,.*)?://p; s/^0:://p' /proc/self/cgroup | head -n 1)
cgroup_parent=${cgroup_parent%/}/engine
# Where the test's cgroup lies elsewhere in one of the hierarchies, the engines have made a way to that place, and leave it.
remove_engines_cgroups() {
  local folder
  for folder in /sys/fs/cgroup/*/"${cgroup_parent#/}"; do
    [[ ! -d $folder ]] || { remove_cgroups "$folder" && rmdir "${folder%/*}" 2> /dev/null; } || true
  done
}
trap remove_engines_cgroups EXIT

# ends PROCESS…: those of ours, and waits for them.
ends() {
  kill "$@" 2> /dev/null || true
  wait "$@" 2> /dev/null || true
}

# runs EXPECTED COMMAND…: exit status 0 and that on standard output.
runs() {
  local expected=$1
  shift
  try "$@"
  [[ $status == 0 && $out == "$expected" ]] || fail "expected $expected$(seen)"
}

# nothing_of_ours: no container's state is left where the engine has us keep it.
nothing_of_ours() {
  local left
  left=$(find "$@" -mindepth 1 -maxdepth 1 -type d 2> /dev/null || true)
  [[ -z $left ]] || fail "states are left: $left"
}

# page ENGINE: what docs/engines.md has people write into that engine's settings, with this lockstep's path. So the page can't be wrong.
page() {
  local text
  text=$(awk -v heading="## $1" '$0 == heading { here = 1 } here && /^```/ { if (inside) exit; inside = 1; next } inside' \
    "$LOCKSTEP_SOURCE/docs/engines.md")
  [[ $text == */usr/local/bin/lockstep* ]] || fail "docs/engines.md has no settings for $1"
  echo "${text//\/usr\/local\/bin\/lockstep/$lockstep}"
}
