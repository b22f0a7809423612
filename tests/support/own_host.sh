# The first line of a test that looks at the whole machine. It runs the test again on a "host" of its own:
# PID, mount, UTS, IPC and network namespaces in which the test is PID 1 and root, with empty /run, /tmp and
# /var/tmp, and in cgroups of its own. So it sees only its own processes and mounts, all that it makes ends with it, and the real
# host can't come to harm whatever the program under test does. Mounts are shared among that host's
# peers, as systemd has it on real ones: the setting in which a mount can leak.
#
# Then: step01 … and rootfs-fetch are on the PATH ($newest is the last step), $rootfs is a busybox root, the working directory is empty.
# shellcheck shell=bash disable=SC2034  # `newest` is used by the scripts that read this

# shellcheck source=../support/checks.sh
. "${BASH_SOURCE[0]%/*}/checks.sh"
# shellcheck source=../support/snapshot.sh
. "${BASH_SOURCE[0]%/*}/snapshot.sh"
# shellcheck source=../support/own_cgroups.sh
. "${BASH_SOURCE[0]%/*}/own_cgroups.sh"

if (( $$ != 1 )); then
  (( EUID == 0 )) || skip "needs root, to make a host of its own"
  namespaces=(--mount --pid --fork --kill-child --mount-proc --uts --ipc --net --propagation private)
  refusal=$(unshare "${namespaces[@]}" true 2>&1) || skip "no namespaces for a host of its own: $refusal"
  command -v busybox > /dev/null || skip "there is no busybox to make a rootfs from (apt-get install busybox-static)"
  enter_own_cgroups || true
  status=0
  unshare "${namespaces[@]}" bash "$0" "$@" || status=$?
  leave_own_cgroups
  exit "$status"
fi

# make_rootfs DIR: what a container needs, from the machine's static busybox.
make_rootfs() {
  mkdir -p "$1"/{bin,dev,etc,proc,root,sys,tmp,mnt}
  cp "$(command -v busybox)" "$1/bin/busybox"
  chroot "$1" /bin/busybox --install -s /bin  # one process for hundreds of links
  echo 'root:x:0:0:root:/root:/bin/sh' > "$1/etc/passwd"
  touch "$1"/etc/{hostname,hosts,localtime,resolv.conf}  # what a container's own are mounted over
}

# A /dev of its own with the same nodes: a program that removes one, or turns it into a file, harms nobody.
build_own_dev() {
  local folder
  mkdir /run/test/dev
  mount -t tmpfs -o mode=755 own-dev /run/test/dev
  find /dev -maxdepth 1 \( -type c -o -type b -o -type l \) -exec cp -a -t /run/test/dev {} +
  for folder in pts shm mqueue net; do
    [[ -d /dev/$folder ]] || continue
    mkdir "/run/test/dev/$folder"
    mount --rbind "/dev/$folder" "/run/test/dev/$folder"
  done
  mount --move /run/test/dev /dev
  rmdir /run/test/dev
}

# The tests' own files are in memory. Before Linux 6.6 a tmpfs has no user.* attributes, before 6.3 it can't be id-mapped:
# there it is an ext4 in a file in memory, which ends with its mount.
mount_own_files() {
  local refusal
  [[ $(uname -r) =~ ^([0-9]+)\.([0-9]+) ]]
  (( BASH_REMATCH[1] * 100 + BASH_REMATCH[2] < 606 )) || return 0
  truncate -s 4G /run/own-files
  refusal=$({ PATH=$PATH:/usr/sbin:/sbin mke2fs -q -F -t ext4 -O ^has_journal -m 0 /run/own-files &&
    mount -t ext4 -o loop /run/own-files "$1"; } 2>&1) || skip "this kernel's tmpfs won't do, and a disk in a file can't be had: $refusal"
  rm -r /run/own-files "$1/lost+found"
}

build_own_host() {
  mount -t tmpfs -o mode=755 own-host /run
  mkdir /run/test
  mount_own_files /run/test
  mkdir /run/test/bin /run/test/work
  cp "$LOCKSTEP_BUILD"/step[0-9][0-9] /run/test/bin
  [[ ! -x $LOCKSTEP_BUILD/rootfs-fetch ]] || cp "$LOCKSTEP_BUILD/rootfs-fetch" /run/test/bin
  [[ ! -d $LOCKSTEP_BUILD/tests/bin ]] ||
    find "$LOCKSTEP_BUILD/tests/bin" -name '*-helper' -exec cp {} /run/test/bin \;
  build_own_dev
  cd /run/test/work || exit
  mount -t tmpfs -o mode=1777 own-tmp /tmp  # last: the build folder may lie there
  mount -t tmpfs -o mode=1777 own-tmp /var/tmp
  mount --make-rshared /
}

[[ -n ${LOCKSTEP_BUILD:-} ]] || { echo "FAILED: LOCKSTEP_BUILD, the build folder, is not set: run this by ctest"; exit 1; }
build_own_host
export PATH=/run/test/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LOCKSTEP_STORE=/run/test/store
unset TMPDIR XDG_RUNTIME_DIR XDG_DATA_HOME
umask 022
chmod 700 /run/test  # what is set-uid root in a rootfs is nobody else's to find; with ordinary users, 755
rootfs=/run/test/rootfs
make_rootfs "$rootfs"
mapfile -t steps < <(cd /run/test/bin && printf '%s\n' step[0-9][0-9])
newest=${steps[-1]}

# in_step STEP OPTION… -- COMMAND…: runs it in a new container of that step, on $rootfs where there is one.
in_step() {
  local step=$1 options=()
  shift
  if has_rootfs "$step"; then options=(--rootfs "$rootfs"); fi
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  timeout 30 "$step" run "${options[@]}" "$@"
}

# has_rootfs STEP: whether its containers have files of their own.
has_rootfs() { [[ $("$1" run --help) == *--rootfs* ]]; }

# has_users STEP: whether its containers have users of their own.
has_users() { [[ $("$1" run --help) == *--userns* ]]; }

# The option by which such a step shares the host's, as the steps before it did. For what only the host's root may.
host_users() { if has_users "$1"; then echo --userns=host; fi; }
# The option by which root inside may mount, from the step on (08) that takes this from it. For a test's attacker.
may_mount() { if [[ $("$1" run --help) == *--cap-add* ]]; then echo --cap-add=SYS_ADMIN; fi; }
# The same for `exec`, of one that changes its routes.
may_route() { if [[ $("$1" exec --help) == *--cap\ * ]]; then echo --cap=NET_ADMIN; fi; }
# Whose a folder of the host's must be, so that the containers' root may write there.
root_inside() { if has_users "$1"; then echo 1879048192; else echo 0; fi; }

# static STEP: whether it is a static program (with sanitizers it is not): only then can it be PID 1 in a
# rootfs that has no libraries.
static() { ! ldd "/run/test/bin/$1" > /dev/null 2>&1; }
