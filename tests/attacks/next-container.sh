#!/bin/bash
# Lesson 04's attack: change an image under the next container, and, through a program that the next one runs, get into
# it. It works from step 03, whose containers share one copy of the image's files, and from no later one.
# shellcheck disable=SC2016  # what the containers' shells expand
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 04 "change the next one's image"
command -v rootfs-fetch > /dev/null || skip "rootfs-fetch was not built"
[[ $("$newest" run --help) == *--entrypoint* ]] || skip "no step has images"
rootfs-fetch busybox -q > /dev/null

# What the first container leaves for the next: a program that is not what its name says.
attack='rm /bin/ls; printf "#!/bin/sh\necho owned by the last one\n" > /bin/ls; chmod 755 /bin/ls; echo evil >> /etc/passwd'
is_owned() { [[ $1 == *'owned by the last one'* ]]; }

succeeds step03 run --rootfs busybox sh -c "$attack"
is_owned "$(step03 run --rootfs busybox ls / 2>&1)" || fail "the attack does not even work from step 03"
tally step03 works

for step in "${steps[@]:3}"; do
  layers=$(files "$LOCKSTEP_STORE/layers")
  # In its own container it works: there it may do what it likes.
  is_owned "$("$step" run busybox sh -c "$attack; /bin/ls /" 2>&1)" || fail "the attack did not even change its own container"
  ! is_owned "$("$step" run busybox ls / 2>&1)" || fail "$step: the next container runs the last one's program"
  [[ $("$step" run busybox cat /etc/passwd 2> /dev/null) != *evil* ]] || fail "$step: the next container has the last one's users"
  # Beside one that runs.
  "$step" run --detach --id victim busybox sleep 1000 > /dev/null 2>&1
  "$step" run busybox sh -c "$attack" > /dev/null 2>&1 || fail "$step: the attack did not run"
  ! is_owned "$("$step" exec victim ls / 2>&1)" || fail "$step: a container that runs has the other one's program"
  "$step" delete --force victim
  # Through a volume that an image declares, a mount of its own, or what the store has in reach: nothing is.
  for path in "$LOCKSTEP_STORE" /run/test/store /proc/1/root/run/test /proc/self/mountinfo/..; do
    "$step" run busybox sh -c 'echo evil > "$0"/layers/evil; echo evil > "$0"/index.json' "$path" > /dev/null 2>&1 || true
  done
  "$step" run busybox sh -c 'mount -o remount,lowerdir=/tmp / || mount -t overlay -o lowerdir=/tmp:/bin o /mnt; mount -o remount,rw /' > /dev/null 2>&1 || true
  [[ $(files "$LOCKSTEP_STORE/layers") == "$layers" ]] || fail "$step: the image's layers were changed"
  ! is_owned "$("$step" run busybox ls / 2>&1)" || fail "$step: the next container runs the last one's program"
  tally "$step" stopped
done
finish
