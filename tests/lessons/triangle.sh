#!/bin/bash
# triangle.sh [USER_ID]: every step against every lesson. A step passes its own lesson and each earlier
# one, and not a later one. With USER_ID as that ordinary user.
set -euo pipefail
build=$LOCKSTEP_BUILD
failed=0

steps=()
for step in "$build"/step[0-9][0-9]; do steps+=("${step#"$build/step"}"); done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"

as=()
if [[ -n ${1:-} ]]; then
  (( UID == 0 )) || { echo "skipped: it takes root to become another user"; exit 77; }
  as=(setpriv --reuid "$1" --regid "$1" --clear-groups)
  "${as[@]}" unshare --user true 2> /dev/null ||
    { echo "skipped: this machine lets no ordinary user make a user namespace"; exit 77; }
  cp "$build"/lesson-check "$build"/step[0-9][0-9] "$folder"
  build=$folder
fi

# A sanitizer's build isn't static: in a rootfs, where --init executes it, it needs its libraries.
options=()
mapfile -t libraries < <(ldd "$build"/step[0-9][0-9] 2> /dev/null | grep -oE '/[^ :]+ ' | sort -u)
if (( ${#libraries[@]} )); then
  mkdir -p "$folder"/rootfs/{bin,dev,etc,proc,root,sys,tmp}
  for applet in $(busybox --list); do ln -s busybox "$folder/rootfs/bin/$applet"; done
  cp --remove-destination "$(command -v busybox)" "$folder/rootfs/bin/busybox"
  cp --parents --dereference "${libraries[@]% }" "$folder/rootfs"
  touch "$folder/rootfs/etc/passwd"
  [[ -z ${1:-} ]] || chown -R "$1" "$folder/rootfs"
  options=(--rootfs-dir "$folder/rootfs")
fi

# The part of a summary that a cell shows, "02-pid: 43 checks: 41 passed, 2 skipped" as "41/43 (2)".
cell_of() {
  local passed skipped all
  all=$(sed -nE 's/^.*: ([0-9]+) checks: .*$/\1/p' <<< "$1")
  passed=$(sed -nE 's/^.*[ ,]([0-9]+) passed.*$/\1/p' <<< "$1")
  skipped=$(sed -nE 's/^.* ([0-9]+) skipped.*$/ (\1)/p' <<< "$1")
  echo "${passed:-0}/$all$skipped"
}

# (`make test` ends with this table: tools/test.sh looks for "| " at its lines' beginnings.)
who=root
[[ -z ${1:-} ]] || who="an ordinary user"
echo "| each step against each lesson, as $who: checks that passed, of all (skipped)"
printf '| %-8s' ''
printf '%-12s' "${steps[@]/#/lesson }"
echo
for step in "${steps[@]}"; do
  printf '| %-8s' "step$step"
  for lesson in "${steps[@]}"; do
    status=0
    output=$("${as[@]}" "$build/lesson-check" "${options[@]}" "$lesson" "$build/step$step" 2>&1) || status=$?
    [[ $step < $lesson ]] && expected=1 || expected=0
    printf '%-12s' "$(cell_of "$(tail -n 1 <<< "$output")")"
    (( status == expected )) && [[ $(tail -n 1 <<< "$output") == "$lesson-"*" checks: "* ]] && continue
    failed=1
    problems+=$'\n'"lesson-check $lesson step$step: exit status $status, expected $expected"$'\n'$(
      grep -v '^  passed' <<< "$output")
  done
  echo
done
[[ $failed == 0 ]] || echo "${problems-}"
exit "$failed"
