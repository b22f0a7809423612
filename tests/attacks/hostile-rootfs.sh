#!/bin/bash
# A rootfs that lies: links at every place where something is mounted or made. Nothing outside of it is ever
# touched, and whoever has to be refused hears why (exit status 125).
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
canary=/run/test/canary root=/run/test/hostile device_folder=/run/test/dev
mkdir -p $canary/{folder/sub,empty,dev,pts} $device_folder
echo host > $canary/file
echo host > $canary/folder/file
chown -R "$(root_inside "$newest")" $canary
in_step "$newest" -- true  # whatever is made once, such as /run/lockstep
before=$(snapshot $canary)

# hostile SETUP: the rootfs again, then SETUP done in it.
hostile() {
  rm -rf $root
  cp -a "$rootfs" $root
  (cd $root && ln -s loop loop && ln -s two one && ln -s one two && eval "$1")
  case="a rootfs after: $1"
}

# glance: as much of the host as can be looked at after every run; ctime tells of each touch.
glance() { find $canary -printf '%p %y %m %l %s %C@\n'; cat /proc/self/mountinfo; }
seen_failures=0
first_glance=$(glance)

# runs EXPECTED-STATUS TEXT OPTION… COMMAND…: TEXT is in the error, or in the output if the status is 0.
runs() {
  local expected=$1 text=$2 step
  shift 2
  for step in "${steps[@]:2}"; do
    if (( expected )); then
      refuses "$expected" "in the container: " "$step" run --rootfs $root "$@"
      says "$text"
    else
      succeeds "$step" run --rootfs $root "$@"
      prints "$text"
    fi
    if [[ $(glance) != "$first_glance" ]]; then
      fail "something outside the rootfs was touched:$(seen)"
      diff <(echo "$first_glance") <(glance) || first_glance=$(glance)
    fi
    (( failures == seen_failures )) || echo "    in $case"
    seen_failures=$failures
  done
}

mount_points='cut -d " " -f 5 /proc/self/mountinfo'
leading_out=(
  "$canary/folder" ../../../../../../run/test/canary/folder ../canary/folder  # to the host's folder
  "$canary/file" ../canary/file "$canary/new" ../canary/new                   # its file; something not there yet
  loop /one                                                                 # loops
  "/proc/self/root$canary/folder" /proc/1/root /proc/self/cwd /proc/self/fd/0 # the kernel's own links
)
for link in "${leading_out[@]}"; do
  for target in dev proc sys; do
    hostile "rmdir $target && ln -s $link $target"
    runs 125 "/$target" true
  done
  hostile "ln -s $link link"
  runs 125 link --volume $canary/empty:/link true
  runs 125 link --volume $canary/empty:/link/x true
  runs 125 link --volume $canary/empty:/tmp/../link/x/../y true
  runs 125 link --volume $canary/file:/link true
  runs 125 link --volume $canary/file:/link/x true
  runs 125 link --tmpfs /link/x true
  runs 125 link --mount type=tmpfs,target=/link true
  runs 125 link --workdir /link/x true
done

for link in tmp /tmp ../../../tmp /./proc/../tmp; do
  for target in proc sys; do
    hostile "rmdir $target && ln -s $link $target"
    runs 125 "/$target\" in the rootfs is no folder" true
  done
  hostile "rmdir dev && ln -s $link dev && ln -s $link link && rm -rf tmp && mkdir tmp
           ln -s $canary/file tmp/null; ln -s $canary/file tmp/console; ln -s $canary/pts tmp/pts"
  runs 0 'crw-rw-rw-' ls -l /dev/null /tmp/null
  runs 0 /pts/0 --tty=true sh -c 'tty; echo seen > /dev/console'
  hostile "ln -s $link link"
  runs 0 $'\n/tmp/x\n' --volume $canary/empty:/link/x sh -c "$mount_points"
  runs 0 $'\n/tmp\n' --volume $canary/empty:/link sh -c "$mount_points"
  runs 0 /tmp/made --workdir /link/made pwd
  runs 125 'Is a directory (EISDIR)' --volume $canary/file:/link true
done

for link in / . ../.. /tmp/..; do
  hostile "rmdir dev && ln -s $link dev"
  runs 125 'would cover the whole rootfs' true
  hostile "ln -s $link link"
  runs 125 'would cover the whole rootfs' --volume $canary/empty:/link true
  runs 125 'would cover the whole rootfs' --tmpfs /link/tmp/.. true
  runs 0 $'\n/x\n' --volume $canary/empty:/link/x sh -c "$mount_points"
done

for target in dev proc sys; do
  hostile "rmdir $target && echo > $target"
  runs 125 "/$target" true
done

# A volume whose place leads into /proc, or onto it: it would put the masks and the runtime's own look-ups on its side.
hostile 'ln -s proc link; ln -s proc/sys deep'
for place in /proc /proc/self /proc/sys/kernel /./proc/sys /tmp/../proc /link /link/fs /link/self/fd /deep /deep/kernel; do
  runs 125 /proc --volume $canary/folder:$place true
  runs 125 /proc --tmpfs $place true
done
runs 0 host --volume $canary/file:/proc/cpuinfo cat /proc/cpuinfo  # what lxcfs does

# /etc is nobody's mount point; a link there stays a link.
hostile "rm -r etc && ln -s $canary/folder etc"
runs 0 "$canary/folder" readlink /etc

# in_dev SETUP: a /dev of the caller's own, from a folder in which SETUP was done.
in_dev() {
  rm -rf $device_folder
  mkdir $device_folder
  chown "$(root_inside "$newest")" $device_folder
  (cd $device_folder && eval "$1")
  case="a /dev after: $1"
}
own_dev=(--volume "$device_folder:/dev")
for null in 'true' 'echo > null' "ln -s $canary/file null" 'ln -s /proc/sys/kernel/core_pattern null' 'mknod null c 1 5' \
            "mknod real c 1 3; ln -s real null"; do
  in_dev "$null"
  runs 125 'is not the null device (1:3)' "${own_dev[@]}" true
done
for name in pts shm mqueue; do
  in_dev "mknod null c 1 3; ln -s $canary/folder $name"
  runs 125 "/dev/$name" "${own_dev[@]}" true
done
in_dev "mknod null c 1 3; ln -s $canary/file console"
runs 125 '/dev/console' "${own_dev[@]}" --tty=true true
in_dev "mknod null c 1 3; ln -s $canary/file ptmx"
runs 0 /dev/pts/0 "${own_dev[@]}" --tty=true tty

# A container that is running can lie to an exec, too: its /dev/pts is not what it was.
for step in "${steps[@]:2}"; do
  # shellcheck disable=SC2046  # at most one word
  "$step" run --rootfs "$rootfs" $(may_mount "$step") --detach --id liar sh -c \
    'umount /dev/pts; ln -s /dev/zero /dev/pts/ptmx; touch /tmp/ready; exec sleep 1000' > /dev/null
  eventually test -e "$rootfs/tmp/ready" || fail "the container did not get ready"
  refuses 125 'no /dev/pts of its own' "$step" exec --tty=true liar tty
  "$step" delete --force liar
  rm "$rootfs/tmp/ready"
done
unchanged "$before" "all of that" $canary
finish
