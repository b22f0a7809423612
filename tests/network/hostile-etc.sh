#!/bin/bash
# A rootfs whose /etc/hosts and its kin are traps: links to the host's files, to its own, to nowhere; folders; /etc
# itself a link. Nothing on the host is written or covered, nothing in the rootfs is changed where a link leads.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
network create web
mkdir -p /run/test/host
container=("$step" run --rootfs "$rootfs" --network web --hostname box)
reset_etc() {
  rm -rf "${rootfs:?}/etc"
  mkdir "$rootfs/etc"
  echo 'the victim' > "$rootfs/victim"
  echo 'the host' > /run/test/host/victim
}
unharmed() {
  [[ $(< "$rootfs/victim") == 'the victim' ]] || fail "$1: a file of the rootfs was written through a link"
  [[ $(< /run/test/host/victim) == 'the host' ]] || fail "$1: a file of the host's was written through a link"
}
sees_ours() { [[ $out == *$'\tbox'* ]] || fail "$1: expected our hosts file$(seen)"; }

for target in /run/test/host/victim ../victim /victim ../../../../../../run/test/host/victim /nowhere \
              /proc/self/environ /etc/hosts /proc/1/root/run/test/host/victim; do
  for file in hosts hostname resolv.conf localtime; do
    reset_etc
    ln -s "$target" "$rootfs/etc/$file"
    succeeds "${container[@]}" sh -c 'cat /etc/hosts /etc/hostname /etc/resolv.conf > /dev/null; cat /etc/hosts; cat /victim'
    sees_ours "$file -> $target"
    [[ $out == *'the victim'* ]] || fail "$file -> $target: what the link leads to was covered$(seen)"
    unharmed "$file -> $target"
    [[ -L $rootfs/etc/$file && $(readlink "$rootfs/etc/$file") == "$target" ]] || fail "$file -> $target: the link was changed"
  done
done
[[ ! -e $rootfs/nowhere && ! -e /nowhere ]] || fail "a dangling link's target was made"

# Missing ones are made, empty; /etc, too.
rm -rf "${rootfs:?}/etc"
succeeds "${container[@]}" cat /etc/hosts
sees_ours "no /etc"
for file in hosts hostname resolv.conf; do
  [[ -f $rootfs/etc/$file && ! -s $rootfs/etc/$file ]] || fail "expected an empty /etc/$file in the rootfs"
done

# /etc elsewhere: in the rootfs it is followed, out of it it can't lead.
rm -rf "${rootfs:?}/etc"
mkdir -p "$rootfs/usr/etc"
ln -s usr/etc "$rootfs/etc"
succeeds "${container[@]}" cat /etc/hosts /usr/etc/hosts
sees_ours "/etc -> usr/etc"
rm "$rootfs/etc"
ln -s /run/test/host "$rootfs/etc"
try "${container[@]}" cat /etc/hosts
[[ $(ls /run/test/host) == victim ]] || fail "files were made on the host: $(ls /run/test/host)"
unharmed "/etc -> the host's folder"

rm "$rootfs/etc"
for target in loop /nowhere; do  # then there is no place for them
  ln -s $target "$rootfs/etc"
  succeeds "${container[@]}" true
  rm "$rootfs/etc"
done

reset_etc
mkdir "$rootfs/etc/hosts"
try "${container[@]}" true
ends_with 125
says '/etc/hosts'

# A rootfs on a file system that is read-only: what is there is covered, what isn't is said.
reset_etc
echo 'old' > "$rootfs/etc/hosts"
mount --bind "$rootfs" "$rootfs"
mount -o remount,bind,ro "$rootfs"
try "${container[@]}" cat /etc/hosts
ends_with 0
sees_ours "read-only"
says '/etc/hostname: left out'
umount "$rootfs"
[[ $(< "$rootfs/etc/hosts") == old ]] || fail "the rootfs's own file was changed"
finish
