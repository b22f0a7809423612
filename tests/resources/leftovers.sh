#!/bin/bash
# Nothing of a container's cgroups is left: at its end, when it can't start, with stragglers in them, with cgroups
# below them; and nobody else's cgroup is taken away or changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
any=${hierarchies[0]#* }

box --pids-limit 10 -- true
ends_with 0
nothing_left "run"
box -- no-such-program
ends_with 127
nothing_left "no such program"
box --cpuset-cpus 9999 -- true
ends_with 125
nothing_left "a limit that the kernel refuses"
[[ -z $("$newest" list -q) ]] || fail "containers are left: $("$newest" list)"

# Somebody else's process, and cgroups that were made in there.
start_box -- sleep 1000
sleep 1000 &
straggler=$!
for hierarchy in "${hierarchies[@]}"; do
  folder=${hierarchy#* }/lockstep-x
  mkdir -p "$folder/below/deeper"
  [[ ! -e $folder/cpuset.cpus ]] || for file in cpuset.cpus cpuset.mems; do
    for name in below below/deeper; do [[ ! -e $folder/$name/$file ]] || cat "$folder/$file" > "$folder/$name/$file" 2> /dev/null || true; done
  done
  echo "$straggler" > "$folder/below/cgroup.procs" || fail "no straggler in $folder/below"
done
end_box
! kill -0 "$straggler" 2> /dev/null || fail "the straggler lives"

# A cgroup that is there already is nobody's to take, and stays as it is.
mkdir "$any/lockstep-x"
refuses 125 'exists already' "$newest" run --rootfs "$rootfs" --id x true
[[ -d $any/lockstep-x ]] || fail "somebody else's cgroup was removed"
[[ $(left) == "$any/lockstep-x" ]] || fail "besides that one there is: $(left)"
rmdir "$any/lockstep-x"

# Folders above it that were made for it go, too; those that were there, or are used by others, stay.
box --cgroup-parent lockstep-parent/deep -- cat /proc/self/cgroup
ends_with 0
nothing_left "--cgroup-parent"
start_box --cgroup-parent lockstep-parent -- sleep 1000
mkdir "$any/lockstep-parent/other"
try "$newest" delete --force x
[[ -d $any/lockstep-parent/other ]] || fail "a cgroup of others is gone"
[[ $(left | grep -v "^$any/lockstep-parent") == "" ]] || fail "left: $(left)"
rmdir "$any/lockstep-parent/other" "$any/lockstep-parent"
nothing_left "at the end"

# Two at once in one new parent.
for id in a b; do "$newest" run --rootfs "$rootfs" --id $id --detach --cgroup-parent lockstep-parent sleep 1000 > /dev/null & done
wait
succeeds "$newest" delete --force a b
! left | grep -q /lockstep-parent/ || fail "left: $(left)"
left | tac | xargs --no-run-if-empty rmdir
finish
