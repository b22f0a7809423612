#!/bin/bash
# PID 1 of the VM, on its disk: what a machine with systemd has when somebody has logged in as root. Runs /run/vm/command in /job
# and tells its exit status.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid,mode=755 dev /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=000 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev shm /dev/shm
mount -t mqueue -o nosuid,nodev,noexec mqueue /dev/mqueue
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
mkdir -p /run/lock
mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security
mount -t bpf -o nosuid,nodev,noexec,mode=700 bpf /sys/fs/bpf
mount --make-rshared /
modprobe -a fuse loop tun  # what opening their nodes would load, where there is a udev
chmod 666 /dev/net/tun
ip link set lo up
echo vm > /proc/sys/kernel/hostname

# cgroup v2 alone. The command runs where a login's session would: the folders above have all controllers, its own none.
mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
read -ra controllers < /sys/fs/cgroup/cgroup.controllers
mkdir -p /sys/fs/cgroup/init.scope /sys/fs/cgroup/user.slice/user-0.slice/session-1.scope
echo $$ > /sys/fs/cgroup/init.scope/cgroup.procs
for folder in /sys/fs/cgroup /sys/fs/cgroup/user.slice /sys/fs/cgroup/user.slice/user-0.slice; do
  echo "${controllers[*]/#/+}" > $folder/cgroup.subtree_control
done

# The command's output goes through a pipe, as it would in a shell's script, and no terminal is near. The port called "out"
# is the VM's standard output, "status" is for what vm-run.sh wants to know.
port() {
  local file=""
  until file=$(grep -lx "$1" /sys/class/virtio-ports/*/name); do sleep 0.1; done
  file=${file%/name}
  echo "/dev/${file##*/}"
}
out=$(port out)
exec 4> "$(port status)"
echo "up $(cut -d ' ' -f 1 /proc/uptime)" >&4
session() {
  echo "$BASHPID" > /sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.procs
  cd /job && exec setsid --wait /bin/bash /run/vm/command
}
(session) < /dev/null 2>&1 4>&- | cat > "$out" 4>&-
echo "ended ${PIPESTATUS[0]} $(cut -d ' ' -f 1 /proc/uptime)" >&4
exec 4>&-
busybox poweroff -f
