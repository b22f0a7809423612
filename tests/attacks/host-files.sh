#!/bin/bash
# Lesson 03's attacks: read a file of the host; mount over a folder of the host so that the host sees it. Both work
# from step 02 and from no later one. Beside them the escape from a chroot, which leaves a chroot and no pivot_root.
# shellcheck disable=SC2086  # $users and $power are at most one word
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/tally.sh"
this_attack 03 "read a file, mount over a folder"
cp "$(command -v attacker-helper)" "$rootfs/bin"
mkdir -p /run/test/host/folder
secret=/run/test/host/secret
echo 'the secret' > "$secret"
folder=/run/test/host/folder
mount -t tmpfs folder $folder  # a mount of its own, and shared: the most inviting case
before=$(mounts)

is_hidden() { [[ $out$err != *'the secret'* ]] || fail "the host's file was read$(seen)"; }
sees_mount() { changes=$(diff <(printf '%s\n' "$before") <(mounts)) && return 1 || return 0; }

succeeds in_step step02 -- cat "$secret"
[[ $out == 'the secret' ]] || fail "the attack on a file does not even work from step 02$(seen)"
succeeds in_step step02 -- mount -t tmpfs evil "$folder"
sees_mount || fail "the attack by a mount does not even work from step 02$(seen)"
tally step02 works
umount "$folder"
before=$(mounts)

succeeds chroot "$rootfs" /bin/attacker-helper escape "$secret"
[[ $out == 'the secret' ]] || fail "the escape does not even leave a chroot$(seen)"

for step in "${steps[@]:2}"; do
  for path in "$secret" "../../../../../../..$secret" "/proc/1/root$secret" "/proc/self/cwd/../../..$secret"; do
    try in_step "$step" -- cat "$path"
    ends_with 1
    is_hidden
  done
  try in_step "$step" --workdir / -- attacker-helper escape "$secret"
  ends_with 1
  is_hidden
  try in_step "$step" --no-pivot -- attacker-helper escape "$secret"
  is_hidden

  chown "$(root_inside "$step")" $folder
  # shellcheck disable=SC2016  # the container's shell expands it
  in_folder='mkdir -p "$0" && mount -t tmpfs evil "$0" && touch "$0/evil" && grep -c " $0 " /proc/self/mountinfo'
  power=$(may_mount "$step")
  succeeds in_step "$step" $power -- sh -c "$in_folder" "$folder"
  [[ $out == 1 ]] || fail "the attack did not even mount in its own container$(seen)"
  ! sees_mount || fail "the host sees the container's mount: $changes$(seen)"
  succeeds in_step "$step" $power --volume "$folder:/mnt" -- sh -c "$in_folder" /mnt
  ! sees_mount || fail "the host sees what was mounted over a volume: $changes$(seen)"
  succeeds in_step "$step" $power --volume "$folder:/mnt" -- sh -c "$in_folder" /mnt/below
  ! sees_mount || fail "the host sees what was mounted in a volume: $changes$(seen)"
  [[ -z $(ls -A "$folder/below") ]] || fail "the host sees the files in that mount$(seen)"

  # The door can be opened, by name: so this test would have seen a leak.
  users=$(host_users "$step")
  succeeds in_step "$step" $users $power --volume "$folder:/mnt:rshared" -- sh -c "$in_folder" /mnt/below
  sees_mount || fail "with rshared the host was meant to see the mount$(seen)"
  umount "$folder/below"
  succeeds in_step "$step" $users --volume "$folder:/mnt:rshared" -- true
  succeeds in_step "$step" $users --no-pivot --volume "$folder:/mnt:rshared" -- true
  ! sees_mount || fail "leaving the host's tree unmounted it on the host$(seen)"

  # Where it can't be opened, nobody is left to believe that it is open.
  refuses 125 'lies on the same mount as the rootfs' "$step" run --rootfs "$rootfs" --volume /run/test/host:/mnt:rshared true
  hints "mount --bind /run/test/host /run/test/host && mount --make-shared /run/test/host"
  mount --make-private "$folder"
  refuses 125 'which is not shared itself' "$step" run --rootfs "$rootfs" --volume "$folder:/mnt:rshared" true
  hints "mount --make-shared $folder"
  mount --make-shared "$folder"
  tally "$step" stopped
done
finish
