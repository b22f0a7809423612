#!/bin/bash
# Lesson 05's attack on the host through the files that it shares with a container: mount over /etc/hosts and its kin
# inside, so that the mount appears over the runtime's own file on the host, and its next writing and reading, as the
# host's root, goes where the container wants. And the second wall: what somebody did mount there is not followed.
# shellcheck disable=SC2154,SC2046  # out, err and status are those of `try`; host_users says at most one word
set -euo pipefail
. "$(dirname "$0")/../network/lib.sh"
state=/run/lockstep
cp "$(command -v attacker-helper)" "$rootfs/bin"
mkdir -p /run/test/v /run/test/shared
mount -t tmpfs shared /run/test/shared  # a mount of its own: so a volume of it can be rshared
echo 'the secret' > /run/test/v/secret
chmod 600 /run/test/v/secret

runs() { # runs STEP ID OPTION…
  try "$1" run --rootfs "$rootfs" --id "$2" $(may_mount "$1") --detach "${@:3}" sleep 1000
  [[ $status == 0 ]] || fail "$2 did not start$(seen)"
}
unharmed() {
  [[ $(< /run/test/v/secret) == 'the secret' ]] || fail "$1: the runtime wrote to the file that was mounted there"
}

for step in "${steps[@]:4}"; do
  users=$(host_users "$step")
  succeeds "$step" network create web --subnet 10.77.5.0/24
  for network in web none; do
    for file in hosts hostname resolv.conf localtime; do
      [[ $file != localtime || -e /etc/localtime ]] || continue
      before=$(< /proc/self/mountinfo)
      # shellcheck disable=SC2086  # $users is at most one word
      for options in "" "$users" "$users --volume /run/test/shared:/shared:rshared"; do
        runs "$step" evil --network $network --volume /run/test/v:/v $options
        succeeds "$step" exec evil mount -o bind /v/secret /etc/$file
        [[ $(< /proc/self/mountinfo) == "$before" ]] ||
          fail "$step, $network $options: a mount over /etc/$file appears on the host: $(grep evil /proc/self/mountinfo)"
        if [[ $network == web && $file == hosts ]]; then
          runs "$step" neighbour --network web
          unharmed "$step: evil's mount"
          succeeds "$step" run --rootfs "$rootfs" --network container:evil $options cat /etc/hosts
          [[ $out != *secret* ]] || fail "$step: --network container: read what evil mounted$(seen)"
          succeeds "$step" delete --force neighbour
        fi
        succeeds "$step" delete --force evil
        [[ ! -e $state/evil ]] || fail "$step: evil's state is still there"
      done
    done
  done

  # The second wall: however something came to lie over the file.
  mkfifo /run/test/v/fifo
  ln -s /run/test/v/secret /run/test/v/link
  for what in secret fifo link; do
    runs "$step" evil --network web
    if [[ $what == link ]]; then
      ln -sf /run/test/v/secret $state/evil/etc/hosts
    else
      mount --bind /run/test/v/$what $state/evil/etc/hosts
    fi
    try "$step" run --rootfs "$rootfs" --id neighbour --network web --detach sleep 1000
    ends_with 0
    says "$state/evil/etc/hosts: passed over"
    unharmed "$step: $what"
    try "$step" run --rootfs "$rootfs" --network container:evil cat /etc/hosts
    [[ $out != *secret* ]] || fail "$step: --network container: read a $what in the place of its file$(seen)"
    (( status != 124 )) || fail "$step: --network container: waits at a $what$(seen)"
    try "$step" delete --force neighbour
    ends_with 0
    succeeds "$step" delete --force evil
    [[ ! -e $state/evil ]] || fail "$step: evil's state is still there"
    ! grep -q evil /proc/self/mountinfo || fail "$step: the mount is still there: $(grep evil /proc/self/mountinfo)"
  done
  # A file that is held by its owner is not waited for.
  runs "$step" evil --network web
  : > held
  "$step" exec evil attacker-helper lease /etc/hosts > held &
  eventually grep -q held held || fail "$step: the attack by a lease does not even get its lease"
  SECONDS=0
  try "$step" run --rootfs "$rootfs" --id neighbour --network web --detach sleep 1000
  ends_with 0
  (( SECONDS < 10 )) || fail "$step: a neighbour waited for a lease$(seen)"
  says "$state/evil/etc/hosts: passed over"
  try "$step" delete --force neighbour
  ends_with 0
  succeeds "$step" delete --force evil

  # As before kernel 5.6.
  if command -v without-helper > /dev/null; then
    runs "$step" evil --network web
    try without-helper openat2 -- "$step" run --rootfs "$rootfs" --id neighbour --network web --detach sleep 1000
    ends_with 0
    [[ $err != *'passed over'* ]] || fail "$step: without openat2(2) its own file was passed over$(seen)"
    succeeds "$step" exec evil grep -q neighbour /etc/hosts
    try "$step" delete --force neighbour
    mount --bind /run/test/v/secret $state/evil/etc/hosts
    try without-helper openat2 -- "$step" run --rootfs "$rootfs" --id neighbour --network web --detach sleep 1000
    ends_with 0
    says "$state/evil/etc/hosts: passed over"
    unharmed "$step: without openat2(2)"
    try "$step" delete --force neighbour
    succeeds "$step" delete --force evil
  fi
  rm /run/test/v/fifo /run/test/v/link
  succeeds "$step" network rm web
done
finish
