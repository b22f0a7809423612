#!/bin/bash
# A folder of the rootfs is a link at one moment and a folder at the next (CVE-2021-30465: another container that
# shares the volume does so). A volume that belongs below it lands there or nowhere; nothing is made outside.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
canary=/run/test/canary
mkdir -p $canary/folder /run/test/source
echo inside > /run/test/source/file
in_step "$newest" -- true
before=$(snapshot $canary)
landed=0 refused=0

# attack LINK-TARGET COUNT OPTION…
attack() {
  local swapper i
  rm -rf "$rootfs/place" "$rootfs/link"
  mkdir "$rootfs/place"
  ln -s "$1" "$rootfs/link"
  attacker-helper swap "$rootfs/place" "$rootfs/link" &
  swapper=$!
  for (( i = 0; i < $2; ++i )); do
    try in_step "$newest" "${@:3}" -- sh -c 'grep -c " /test/source.* /" /proc/self/mountinfo'
    if (( status == 0 )); then
      landed=$((landed + 1))
      [[ $out == 1 ]] || fail "the container started, and its volume is not where it belongs$(seen)"
    else
      refused=$((refused + 1))
      ends_with 125
      says 'in the container: '
    fi
  done
  kill $swapper
  wait $swapper || true
}

attack $canary/folder 50 --volume /run/test/source:/place/volume
attack ../../../run/test/canary/folder 50 --volume /run/test/source:/place
attack $canary 50 --volume /run/test/source/file:/place/folder/file
attack ../canary/folder 50 --workdir /place/new --volume /run/test/source:/place/volume
rm -rf "$rootfs/place" "$rootfs/link"
unchanged "$before" "volumes below a folder that is swapped" $canary
echo "$landed of 200 containers started, $refused were refused"
(( landed > 0 && refused > 0 )) || fail "the swapping never met a start: $landed started, $refused were refused"
finish
