#!/bin/bash
# differential.sh [CASE…]: each case of cases/ through lockstep and, where the machine has them, runc and crun. On a host of its own,
# whose cgroups are version 1's alone where it has that at all: crun refuses a mixture. See: README.md
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
for program in jq python3 ip; do
  command -v $program > /dev/null || skip "$program is missing: make deps-test installs it"
done
static "$newest" || skip "this is about the static program"

hide_version_2() {
  [[ $(stat -fc %T /sys/fs/cgroup/unified 2> /dev/null) == cgroup2fs ]] || return 0
  local entry
  mount --make-private /run  # what lies on a shared mount can't be moved
  mkdir /run/test/cgroup
  mount -n -t tmpfs -o mode=755 tmpfs /run/test/cgroup
  for entry in /sys/fs/cgroup/*; do
    if [[ -L $entry ]]; then
      cp -P "$entry" /run/test/cgroup/
    elif [[ $(stat -fc %T "$entry") == cgroupfs ]]; then
      mkdir "/run/test/cgroup/${entry##*/}"
      mount -n --bind "$entry" "/run/test/cgroup/${entry##*/}"
    fi
  done
  mount -n --move /run/test/cgroup /sys/fs/cgroup
  rmdir /run/test/cgroup
  mount --make-shared /run
}

# What the cases find on the host.
make_tree() {
  local tree=/run/test/host/tree
  mkdir -p $tree/{plain,below} /run/test/log /run/test/bundle/beside
  mount -n -t tmpfs below $tree/below
  echo 'of the host' > $tree/file
  echo plain > $tree/plain/file
  echo inner > $tree/below/inner
  echo 'beside the config' > /run/test/bundle/beside/file
  ln -s file $tree/link
  cp /run/test/bin/probe-helper $tree/set-uid
  chmod 4755 $tree/set-uid
  touch /run/test/outside
}

make_templates() {
  local root=/run/test/template-rootfs
  mkdir -p $root/{bin,dev,etc,mnt,proc,run,sys,tmp} /run/test/rootfs
  cp /run/test/bin/probe-helper $root/probe
  cp /run/test/bin/probe-helper $root/bin/set-uid
  chmod 4755 $root/bin/set-uid
  chmod 1777 $root/tmp
  echo 'of the root' > $root/etc/text
  ln -s ../tmp $root/etc/link-to-tmp
  ln -s text $root/etc/link-to-text
  ln -s /run/test/host $root/etc/link-out
  echo 'root:x:0:0:root:/root:/bin/sh' > $root/etc/passwd
  cp -a $root /run/test/template-shifted
  chown -hR 100000:100000 /run/test/template-shifted
  cp -a $root /run/test/rootfs-probe.d
  ln -s rootfs-probe.d/probe /run/test/rootfs-probe
}

# Namespaces that are there to be joined, at /run/test/spaces/TYPE.
make_spaces() {
  local holder
  unshare --user --pid --fork --mount --net --ipc --uts --cgroup --time --kill-child sleep 100000 &
  holder=$!
  eventually test -e "/proc/$holder/task/$holder/children"
  eventually grep -q . "/proc/$holder/task/$holder/children"
  holder=$(tr -d ' ' < "/proc/$holder/task/$holder/children")
  echo 0 100000 65536 > "/proc/$holder/uid_map"
  echo 0 100000 65536 > "/proc/$holder/gid_map"
  ln -s "/proc/$holder/ns" /run/test/spaces-of
  mkdir /run/test/spaces
  local pair
  for pair in network:net mount:mnt ipc:ipc uts:uts pid:pid user:user cgroup:cgroup time:time; do
    ln -s "../spaces-of/${pair#*:}" "/run/test/spaces/${pair%:*}"
  done
}

# One such test at a time on a machine: crun's cgroups are at the top, whoever calls it.
exec 9< /sys/fs/cgroup
flock 9
chmod 755 /run/test
hide_version_2
make_tree
make_templates
make_spaces
runtimes=("lockstep=/run/test/bin/$newest")
for peer in runc crun; do
  command -v "$peer" > /dev/null || { echo "$peer is missing (make deps-test installs it): its column is left out"; continue; }
  runtimes+=("$peer=$peer")
done
status=0
python3 "$here/differential.py" "$LOCKSTEP_BUILD/tests/conformance-cases.json" "${runtimes[@]}" -- "$@" 9<&- || status=$?
find /sys/fs/cgroup -depth -type d -path '*/lockstep-conformance*' -exec rmdir {} + 2> /dev/null || true
exit "$status"
