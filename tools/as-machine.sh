#!/bin/bash
# as-machine.sh COMMAND [ARG…]: runs the command. If we are root in a chroot (a debootstrap folder, a
# rescue system), then in one that looks like a machine of its own: there "/" is a mount, and
# ordinary users may make user namespaces. The steps themselves work in a chroot (from 06 on with
# --userns host: the kernel makes no user namespace there); many tests, which mount and bind around
# them, do not.
set -euo pipefail

if (( EUID != 0 )) || mountpoint -q / || [[ ! -e /proc/self/ns/mnt ]]; then
  exec "$@"
fi

# nsenter into the own mount namespace leaves the chroot: its first mount is the root again. From
# there the chroot is found by two open folders, made a mount, and becomes the root by pivot_root.
exec 8< . 9< /
# shellcheck disable=SC2016  # the inner shell expands it
exec unshare --mount --propagation unchanged nsenter --mount=/proc/self/ns/mnt /bin/sh -euc '
  here=$(readlink /proc/self/fd/8)
  root=$(readlink /proc/self/fd/9)
  exec 8<&- 9<&-
  mount --make-rprivate /
  mount --rbind "$root" "$root"
  cd "$root"
  pivot_root . .
  umount -l .
  cd "${here#"$root"}/"
  exec "$@"' sh "$@"
