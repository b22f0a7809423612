#!/bin/bash
# Two hundred containers, 16 at a time, each with an image, a network, users, limits and a volume: each does its own work
# and no other's, and nothing is left.
# shellcheck disable=SC2154  # for lib.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
readonly kCount=200 kAtOnce=16
begin_sweep
before=$(snapshot /run/test/work)
mkdir /run/many
a_container() {
  local i=$1 status=0 options=("${everything[@]}")
  # A port of its own, where there is a network.
  [[ ${options[*]} != *8080:80* ]] || options[-1]=$((20000 + i)):80
  # shellcheck disable=SC2016
  "$step" run --rm --id "many-$i" "${options[@]}" --hostname "box-$i" "${source[@]}" \
    sh -c 'echo $(hostname) $$; echo $(hostname) > /data/$(hostname); exit $1' sh $((i % 100)) > "/run/many/$i" 2>&1 || status=$?
  echo "$status" >> "/run/many/$i"
}
running=0
for (( i = 1; i <= kCount; ++i )); do
  if (( running == kAtOnce )); then wait -n || true; running=$((running - 1)); fi
  a_container "$i" &
  running=$((running + 1))
done
wait
for (( i = 1; i <= kCount; ++i )); do
  [[ $(< /run/many/$i) == "box-$i 1"$'\n'$((i % 100)) ]] || fail "container $i: expected box-$i 1, $((i % 100)); seen $(< /run/many/$i)"
  [[ $(< /run/test/volume/box-$i) == "box-$i" ]] || fail "container $i: nothing in the volume"
done
unchanged "$before" "$kCount containers" /run/test/work
nothing_left "$kCount containers"
echo "$kCount containers, $kAtOnce at a time"
finish
