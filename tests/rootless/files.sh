#!/bin/bash
# What lesson 03 gives a container, an ordinary user's container has, too: by other means where it must be.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
has_rootfs "$newest" || skip "no step has files of its own"
mkdir -p work/volume
echo from-the-host > work/volume/file
chown -R learner: work

inside() { as_user "$newest" run --rootfs "$rootfs" "$@"; }

# shows TEXT OPTION… COMMAND…: that text on the container's standard output, exit status 0.
shows() {
  local text=$1
  shift
  try inside "$@"
  ends_with 0
  prints "$text"
}

for device in null zero full random urandom tty; do
  shows "character special file" stat -c %F "/dev/$device"
done
shows "written" sh -c 'echo x > /dev/null && echo written'
shows "full" sh -c 'echo x 2> /dev/null > /dev/full || echo full'
shows "/proc/self/fd" readlink /dev/fd
shows "pts/ptmx" readlink /dev/ptmx
shows "devpts" sh -c 'grep " /dev/pts " /proc/mounts'
shows "mqueue" sh -c 'grep " /dev/mqueue " /proc/mounts'
shows "size=65536k" sh -c 'grep " /dev/shm " /proc/mounts'
shows "0022" sh -c umask
shows "class" ls /sys
shows "Read-only" sh -c 'touch /sys/x 2>&1; true'
shows "from-the-host" --volume "$PWD/work/volume:/data" cat /data/file
shows "Read-only" --volume "$PWD/work/volume:/data:ro" sh -c 'touch /data/x 2>&1; true'
shows "Read-only" --read-only sh -c 'touch /x 2>&1; true'
shows "tmpfs" --tmpfs /scratch sh -c 'grep " /scratch " /proc/mounts'
shows "0" wc -c /proc/keys
shows "/dev/pts/0" --tty tty
shows "/dev/console" --tty sh -c 'ls /dev/console'
# What is written in a volume belongs to the user, not to root.
try inside --volume "$PWD/work/volume:/data" touch /data/made
[[ $(stat -c %U work/volume/made) == learner ]] || fail "a file made inside is not the user's: $(ls -l work/volume)"
# What the user may not read, the user's container may not either.
echo secret > /run/test/secret
chmod 600 /run/test/secret
try inside --volume /run/test/secret:/secret cat /secret
[[ $status != 0 && $out != *secret* ]] || fail "a container reads what its user may not$(seen)"

# Where user namespaces are forbidden, the error names what forbids them. (In a user namespace of the
# test's, whose root has no powers left: it would have to borrow them in another one.)
cat > forbidden.sh <<'SCRIPT'
echo 0 > /proc/sys/user/max_user_namespaces
exec setpriv --bounding-set=-all --inh-caps=-all "$@"
SCRIPT
try as_user unshare --user --map-root-user sh forbidden.sh "$newest" --root "$PWD/work/state" run --rootfs "$rootfs" true
ends_with 125
says CLONE_NEWUSER
hints "user.max_user_namespaces"
finish
