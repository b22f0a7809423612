#!/bin/bash
# A state file that is cut off, empty, or something else: the error names the file; other containers are not
# concerned, and no process is touched on the word of such a file.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
"$newest" run --rootfs "$rootfs" true
sleep 1000 &
bystander=$!
before=$(snapshot)
file=/run/lockstep/broken/state.json

# shellcheck disable=SC2016  # eval expands them
damages=(
  ': > $file'
  'head -c 1 $good > $file'
  'head -c $(($(wc -c < $good) / 2)) $good > $file'
  'head -c -2 $good > $file'
  'head -c 4096 /dev/urandom > $file'
  'echo "{}" > $file'
  'echo "[]" > $file'
  'echo null > $file'
  'echo "no JSON" > $file'
  'sed "s/\"pid\": *[0-9]*/\"pid\": \"1\"/" $good > $file'
  'sed "s/\"pid\": *[0-9]*/\"pid\": 99999999999999999999/" $good > $file'
  'sed "s/\"pid\": *[0-9]*/\"pid\": -$bystander/" $good > $file'
  'sed "s/\"startTime\": *[0-9]*/\"startTime\": -1/" $good > $file'
  'sed "s/\"status\": *\"running\"/\"status\": \"dancing\"/" $good > $file'
  'sed "s/\"id\": *\"broken\"/\"id\": \"other\"/" $good > $file'
  'rm $file; mkdir $file'
  'rm $file; ln -s /etc/passwd $file'
  'rm $file; ln -s /dev/zero $file'
  'rm $file; mkfifo $file'
  'rm $file; ln -s state.json $file'
)
good=/run/good

find_hierarchies
no_cgroup() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    [[ ! -d ${hierarchy#* }/lockstep-broken ]] || rmdir "${hierarchy#* }/lockstep-broken" 2> /dev/null || return
  done
}

for step in "${steps[@]:2}"; do
  for damage in "${damages[@]}"; do
    in_step "$step" --detach --id other -- sleep 1000 > /dev/null
    in_step "$step" --detach --id broken -- sleep 1000 > /dev/null
    pid=$("$step" ps -f json broken)
    pid=${pid//[!0-9]/}
    cp $file $good
    eval "$damage"
    seen_failures=$failures

    refuses 125 "$file" "$step" exec broken true
    refuses 1 "$file" "$step" kill broken KILL
    refuses 1 "$file" "$step" ps broken
    for format in table json; do
      try "$step" list -f $format
      says "$file"
      [[ $out == *other*running* ]] || fail "list was to show the other container$(seen)"
      [[ $out != *broken* ]] || fail "list shows what it can't know$(seen)"
    done
    try "$step" list -q
    [[ $out == other ]] || fail "list -q was to show the other container$(seen)"
    refuses 125 'exists already' in_step "$step" --id broken -- true
    refuses 1 "$file" "$step" delete broken
    [[ -d /proc/$pid ]] || fail "a refused command ended the container$(seen)"
    # Not even with force: which process to end, only that file knew. So it tells what is left to do by hand.
    refuses 1 "$file" "$step" delete --force broken
    [[ ! -f $file || -L $file ]] || hints 'remove the folder /run/lockstep/broken'
    kill -KILL "$pid" || true
    rm -r /run/lockstep/broken
    eventually no_cgroup || fail "its cgroup can't be removed"
    succeeds "$step" delete --force other
    [[ -d /proc/$bystander ]] || { fail "the bystander was killed"; sleep 1000 & bystander=$!; }
    (( failures == seen_failures )) || echo "    after: $damage"
  done

  # No file at all, or an empty folder: a runtime was killed before it could write. That is simply cleared.
  mkdir -m 700 /run/lockstep/broken
  succeeds "$step" list
  prints creating
  refuses 1 'is creating' "$step" delete broken
  succeeds "$step" delete --force broken
  echo '{' > /run/lockstep/stray-file
  try "$step" list
  [[ $err != *terminate* && $status -le 1 ]] || fail "a stray file in the state folder$(seen)"
  rm /run/lockstep/stray-file
done
unchanged "$before" "broken state files"
finish
