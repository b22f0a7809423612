#!/bin/bash
# features.sh root|rootless CALL[=ERRNO]…: what the steps promise holds on a kernel that lacks these system
# calls (or in a sandbox that hides them), too.
# shellcheck disable=SC2154,SC2016  # try's variables; what the containers' shells expand
set -euo pipefail
here=$(dirname "$0")
user=$1
if [[ $user == rootless ]]; then
  . "$here/../rootless/lib.sh"
  as_who() { as_user "$@"; }
else
  . "$here/../support/own_host.sh"
  as_who() { timeout 30 "$@" < /dev/null; }
fi
missing=("${@:2}")
# The newest step's container has users of its own. Where its rootfs can't be id-mapped for them they can't write it,
# as tests/users/old-kernel.sh has it: then what the earlier lessons promise holds with the host's users.
users=()
[[ $user != root || "${missing[*]}" != *mount_setattr* || -z $(host_users "$newest") ]] || users=(--userns=host)
if (( ${#users[@]} )) || [[ $user == rootless ]]; then own_users=; else own_users=$(host_users "$newest"); fi
older() { as_who without-helper "${missing[@]}" -- "$@"; }

# shows TEXT COMMAND…: exit status 0, TEXT on standard output, no word on standard error but about borrowed root.
shows() {
  local text=$1
  shift
  try older "$@"
  ends_with 0
  prints "$text"
  [[ -z $err ]] || { [[ $user == rootless ]] && is_the_one_line "${said_by:-$newest}"; } || fail "expected no complaint$(seen)"
}

# ends STATUS COMMAND…
ends() {
  local expected=$1
  shift
  try older "$@"
  ends_with "$expected"
}

names_and_errors() {
  local before said_by
  before=$(hostname)
  for step in "${steps[@]}"; do
    container=("$step" run)
    if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
    if has_users "$step"; then container+=("${users[@]}"); fi
    said_by=$step
    shows "box" "${container[@]}" --hostname box hostname
    ends 3 "${container[@]}" sh -c 'exit 3'
    ends 127 "${container[@]}" no-such-program
    says "no such file or directory (ENOENT)"
  done
  [[ $(hostname) == "$before" ]] || fail "the host was renamed: $(hostname)"
}

# What the caller had open stays outside, wherever its number lies: also above a limit that was lowered later.
descriptors() {
  local limit
  limit=$(ulimit -Sn)
  exec 9< /etc/passwd 200< /etc/passwd
  for lowered in "$limit" 100; do
    ulimit -Sn "$lowered"
    shows $'0\n1\n2\n3' "$@" ls /proc/self/fd
    [[ $out != *9* && $out != *200* ]] || fail "a descriptor leaked into the container$(seen)"
  done
  ulimit -Sn "$limit"
  exec 9<&- 200<&-
}

processes() {
  local said_by
  for step in "${steps[@]:1}"; do
    container=("$step" run)
    if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
    if has_users "$step"; then container+=("${users[@]}"); fi
    said_by=$step
    shows "1" "${container[@]}" sh -c 'echo $$'
    if static "$step"; then
      shows "2" "${container[@]}" --init sh -c 'echo $$'
      ends 143 "${container[@]}" --init sh -c 'kill $$'
    fi
    shows "x" "${container[@]}" --hostname inside --detach --id x --pid-file "$PWD/pid" sleep 1000
    shows "running" "$step" list
    shows "sleep 1000" "$step" ps x
    shows "inside 2" "$step" exec x sh -c 'echo $(hostname) $$'
    ends 7 "$step" exec x sh -c 'exit 7'
    ends 127 "$step" exec x no-such-program
    descriptors "$step" exec x
    ends 1 "$step" delete x
    says "is running"
    shows "" "$step" kill x KILL
    eventually sh -c "! kill -0 $(cat pid) 2> /dev/null" || fail "x did not end"
    shows "stopped" "$step" list
    shows "" "$step" delete --force x
    [[ ! -e pid ]] || fail "the PID file was left"
  done
}

in_root() { older "$newest" run "${users[@]}" --rootfs "$rootfs" "$@"; }

# inside TEXT OPTION… COMMAND…: shows TEXT in a container of the newest step.
inside() {
  local text=$1
  shift
  shows "$text" "$newest" run "${users[@]}" --rootfs "$rootfs" "$@"
}

files() {
  descriptors "$newest" run "${users[@]}" --rootfs "$rootfs"
  inside "bin" ls /
  inside "proc on /proc type proc (rw,nosuid,nodev,noexec" mount
  inside "tmpfs on /dev type tmpfs (rw,nosuid" mount
  inside "sysfs on /sys type sysfs (ro,nosuid,nodev,noexec" mount
  inside "character special file 666" stat -c '%F %a' /dev/null
  inside "pts/ptmx" readlink /dev/ptmx
  inside "Read-only" sh -c 'echo 1 2>&1 > /proc/sys/kernel/panic; true'
  inside "0" wc -c /proc/keys
  inside "/a/b" --workdir /a/b pwd
  inside "Read-only" --read-only sh -c 'touch /new 2>&1; true'
  inside "written" --read-only sh -c 'echo > /dev/shm/x && echo written'
  inside "bin" --no-pivot ls /
}

volumes() {
  mkdir -p volume/sub
  echo hello > volume/file
  [[ $user == root ]] || chown -R learner: volume
  [[ -z $own_users ]] || chown -R "$(root_inside "$newest")" volume
  inside "hello" --volume "$PWD/volume:/data" cat /data/file
  inside "written" --volume "$PWD/volume:/data" sh -c 'echo > /data/new && echo written'
  [[ -e volume/new ]] || fail "what was written in the volume isn't there"
  inside "Read-only" --volume "$PWD/volume:/data:ro" sh -c 'touch /data/x 2>&1; true'
  inside "Read-only" --volume "$PWD/volume/file:/new/file:ro" sh -c 'echo x 2>&1 > /new/file; true'
  inside "denied" --volume "$PWD/volume:/data:noexec" sh -c 'cp /bin/busybox /data; /data/busybox true 2>&1; true'
  inside "nosuid" --volume "$PWD/volume:/data:nosuid,nodev" sh -c 'grep " /data " /proc/mounts'
  if [[ $user == root && -z $own_users ]]; then  # in a user namespace the access time's flags are locked
    inside "noatime" --volume "$PWD/volume:/data:noatime" sh -c 'grep " /data " /proc/mounts'
  fi
  inside "size=1024k" --tmpfs /scratch:size=1m sh -c 'grep " /scratch " /proc/mounts'
  inside "passwd" --tmpfs /etc:tmpcopyup ls /etc
  ends 125 "$newest" run "${users[@]}" --rootfs "$rootfs" --volume /no/such/source:/data true
  says "/no/such/source"
  rm -rf volume/busybox volume/new
}

# A read-only volume is read-only all the way down.
mounts_below() {
  mount -t tmpfs own-sub volume/sub
  [[ -z $own_users ]] || chown "$(root_inside "$newest")" volume/sub
  inside "Read-only" --volume "$PWD/volume:/data:ro" sh -c 'touch /data/sub/x 2>&1; true'
  inside "done" --volume "$PWD/volume:/data" sh -c 'touch /data/sub/x && echo done'
  [[ -e volume/sub/x ]] || fail "what is mounted below a volume isn't in it"
  inside "done" --mount "src=$PWD/volume,dst=/data,ro,bind-recursive=writable" sh -c 'touch /data/sub/y && echo done'
  umount volume/sub
}

terminals() {
  inside "/dev/pts/0" --tty tty
  shows "y" "$newest" run "${users[@]}" --rootfs "$rootfs" --tty --detach --id y sleep 1000
  shows "/dev/pts/1" "$newest" exec --tty y tty
  shows "" "$newest" delete --force y
}

# Links in the rootfs lead nowhere but into it.
hostile_rootfs() {
  local evil=$PWD/evil
  mkdir -p outside
  cp -a "$rootfs" "$evil"
  ln -s "$PWD/outside" "$evil/absolute"
  ln -s ../../../../../../../../"$PWD/outside" "$evil/relative"
  rm -rf "${evil:?}/dev"
  ln -s "$PWD/outside" "$evil/dev"
  [[ $user == root ]] || chown -R -h learner: evil outside
  for place in absolute relative; do
    try older "$newest" run "${users[@]}" --rootfs "$evil" --tmpfs "/$place/new" --tmpfs /dev ls /
    [[ -z $(ls -A outside) ]] || fail "something was made on the host, through /$place$(seen)"
  done
  rm "$evil/dev"
  mkdir "$evil/dev"
  rm -rf "$evil/proc"
  ln -s / "$evil/proc"
  ends 125 "$newest" run "${users[@]}" --rootfs "$evil" true
  says '"/proc" in the rootfs is no folder, but a file or a link'
  rm -rf "$evil" outside
}

names_and_errors
processes
if has_rootfs "$newest"; then
  files
  volumes
  [[ $user == rootless ]] || mounts_below
  terminals
  hostile_rootfs
fi
finish
