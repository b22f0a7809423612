#!/bin/bash
# Folders that can't be a container's files: the error says so before anything is made.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
somebody=(setpriv --reuid 1234 --regid 1234 --clear-groups)
command -v setpriv > /dev/null || skip "setpriv is missing: it belongs to util-linux"
elsewhere=/run/test/elsewhere
mkdir -p $elsewhere/{empty,no-shell/bin,closed}
cp "$rootfs/bin/busybox" $elsewhere/no-shell/bin
cp -a "$rootfs" $elsewhere/closed/inner
cp -a "$rootfs" $elsewhere/unsearchable
chmod 700 $elsewhere/closed
chmod 600 $elsewhere/unsearchable
ln -s / $elsewhere/root
ln -s no-such-folder $elsewhere/dangling
ln -s loop $elsewhere/loop
mkfifo $elsewhere/pipe
watched+=("$elsewhere"/{closed,unsearchable,root})
host_before=$(snapshot "${watched[@]}")

for step in "${steps[@]:2}"; do
  if [[ $step == step03 ]]; then
    refuses 125 '--rootfs is missing' "$step" run true
    hints '--rootfs busybox'
  else
    refuses 125 'run: an image is missing' "$step" run
    hints '--rootfs'
    refuses 125 'no image "true" in the store' "$step" run --pull never true
    hints 'rootfs-fetch busybox'
  fi
  for host in / // /. /run/../ $elsewhere/root; do
    refuses 125 "--rootfs: the host's own root can't be a container's" "$step" run --rootfs "$host" true
  done
  for file in /run/test/host/file /run/test/host/file/ $elsewhere/pipe /dev/null; do
    refuses 125 "--rootfs: the rootfs \"$file\": Not a directory (ENOTDIR)" "$step" run --rootfs "$file" true
  done
  for missing in /no/such/folder ./no-such-folder $elsewhere/dangling; do
    refuses 125 "--rootfs: the rootfs \"$missing\": No such file or directory (ENOENT)" \
      "$step" run --rootfs "$missing" true
    hints 'rootfs-fetch export busybox DIR'
  done
  refuses 125 '(ELOOP)' "$step" run --rootfs $elsewhere/loop true
  refuses 125 'neither a folder here nor an image in the store' "$step" run --rootfs no-such-image true
  hints 'rootfs-fetch busybox'
  nothing_changed "$step with a wrong rootfs"

  chmod 711 /run/test
  refuses 125 '--rootfs: ' "${somebody[@]}" "$step" run --rootfs $elsewhere/closed/inner true
  hints "the folder \"$elsewhere/closed\" may not be searched by uid 1234"
  refuses 125 '--rootfs: ' "${somebody[@]}" "$step" run --rootfs $elsewhere/unsearchable true
  hints "the folder \"$elsewhere/unsearchable\" may not be searched by uid 1234"
  chmod 700 /run/test
  nothing_changed "$step with a rootfs that may not be searched"

  # An empty rootfs gets the mount points, as docker's does, and no more.
  refuses 127 'in the container: "sh": executable file not found' "$step" run --rootfs $elsewhere/empty sh
  hints 'in none of the folders of PATH='
  refuses 127 '"/bin/sh": no such file or directory (ENOENT)' "$step" run --rootfs $elsewhere/empty /bin/sh
  made=$'dev\nproc\nsys'
  [[ $step < step05 ]] || made=$'dev\netc\nproc\nsys'  # with the places for /etc/hosts and its kin
  [[ $(ls -A $elsewhere/empty) == "$made" ]] || fail "$step left in an empty rootfs: $(ls -A $elsewhere/empty)"
  refuses 127 '"/bin/sh": no such file or directory (ENOENT)' "$step" run --rootfs $elsewhere/no-shell /bin/sh
  succeeds "$step" run --rootfs $elsewhere/no-shell busybox true
  nothing_changed "$step with a rootfs that lacks the command"
done
finish
