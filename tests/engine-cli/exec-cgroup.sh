#!/bin/bash
# exec --cgroup: in a cgroup below the container's, in all hierarchies or in one; what isn't there, or leads out, is refused.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
find_hierarchies
(( ${#hierarchies[@]} )) || skip "no cgroups are mounted in /sys/fs/cgroup"
new_config lockstep sleep 1000
creates --bundle "$bundle" x
succeeds lockstep start x
first=${hierarchies[0]#* } last=${hierarchies[-1]#* }
last_name=${hierarchies[-1]%% *}
for hierarchy in "${hierarchies[@]}"; do
  folder=${hierarchy#* }/lockstep-x
  [[ -d $folder ]] || continue
  mkdir -p "$folder/a/b"
  for file in cpuset.cpus cpuset.mems; do
    for below in a a/b; do
      [[ $hierarchy == unified* || ! -e $folder/$below/$file || -n $(< "$folder/$below/$file") ]] || cat "$folder/$file" > "$folder/$below/$file"
    done
  done
done

# where OPTION…: the cgroup of a process that exec has started, from the container's on down, in each hierarchy.
where() {
  local process line
  try lockstep exec --detach --pid-file pid "$@" x sleep 1000
  ends_with 0
  process=$(< pid)
  sed -n 's/^[^:]*:\([^:]*\):.*\/lockstep-x\(.*\)/\1 \2/p' "/proc/$process/cgroup"
  kill -KILL "$process"
  rm pid
}
# all_are PLACE TEXT
all_are() {
  [[ -n $2 ]] || fail "in no cgroup of the container's: $2"
  ! grep -qvE " $1\$" <<< "$2" || fail "expected $1 everywhere: $2"
}
all_are '' "$(where)"
all_are '' "$(where --cgroup /)"
all_are /a "$(where --cgroup a)"
all_are /a/b "$(where --cgroup //a/./b/)"
if (( ${#hierarchies[@]} > 1 )); then
  seen_there=$(where --cgroup "$last_name:/a/b")
  grep -q "^${last_name/unified/} /a/b\$" <<< "$seen_there" || fail "--cgroup $last_name:/a/b: $seen_there"
  [[ $(grep -c ' $' <<< "$seen_there") -gt 0 ]] || fail "--cgroup $last_name:/a/b: the others, too: $seen_there"
  seen_there=$(where --cgroup a --cgroup "$last_name:/")
  if ! grep -q ' /a$' <<< "$seen_there" || ! grep -q "^${last_name/unified/} \$" <<< "$seen_there"; then
    fail "two of them: $seen_there"
  fi
fi

for wrong in none /a/none a/b/c; do
  try lockstep exec --cgroup "$wrong" x true
  ends_with 125
  says 'there is no such cgroup'
done
for wrong in .. ../lockstep-x /a/../.. memory:../x; do
  try lockstep exec --cgroup "$wrong" x true
  ends_with 125
  says '--cgroup: expected PATH'
done
try lockstep exec --cgroup colour:/a x true
ends_with 125
says 'no cgroup of a hierarchy for "colour"'
[[ ! -d $first/lockstep-x/none && ! -d $last/lockstep-x/none ]] || fail "a cgroup was made"
succeeds lockstep delete --force x
rm "$bundle/config.json"
nothing_left "at the end"
unchanged "$before" "all of that" /run/test/work
finish
