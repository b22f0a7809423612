# A cgroup of the test's own in each hierarchy of version 1, and on a hybrid machine in version 2's, below those that
# it was started in. So what its containers leave can be told from others', and is gone with the test. (Where version 2
# is alone, the test stays where it is: a cgroup with processes couldn't hand controllers on.)
# shellcheck shell=bash

hierarchies=()   # "CONTROLLERS FOLDER", FOLDER being the cgroup that the test runs in from now on
cgroup_before=() # for each where it came from
cgroup_version=2

# The folders that /proc/self/cgroup's lines mean, of those that are mounted below /sys/fs/cgroup.
find_hierarchies() {
  local controllers path mount options target
  while IFS=: read -r _ controllers path; do
    while read -r target mount options; do
      if [[ -z $controllers ]]; then
        [[ $mount == cgroup2 ]] || continue
      else
        [[ $mount == cgroup && ,$options, == *",${controllers%%,*},"* ]] || continue
        cgroup_version=1
      fi
      [[ -d $target/$path ]] || continue
      hierarchies+=("${controllers:-unified} $(realpath "$target/$path")")
      break
    done < <(awk '{ for (i = 6; $i != "-"; ++i); print $5, $(i + 1), $(i + 3) }' /proc/self/mountinfo)
  done < /proc/self/cgroup
}

enter_own_cgroups() {
  local i folder own file
  for i in "${!hierarchies[@]}"; do
    folder=${hierarchies[i]#* }
    cgroup_before[i]=$folder
    own=$folder/test-of-resources.$RANDOM$RANDOM
    [[ $cgroup_version != 2 ]] || continue
    mkdir "$own" 2> /dev/null || { (( i == 0 )) && skip "no cgroup can be made in $folder"; fail "no cgroup in $folder"; }
    for file in cpuset.cpus cpuset.mems; do
      [[ ! -e $own/$file || -n $(< "$own/$file") || ${hierarchies[i]} == unified* ]] || cat "$folder/$file" > "$own/$file"
    done
    echo $$ > "$own/cgroup.procs"
    hierarchies[i]="${hierarchies[i]%% *} $own"
  done
}

# At the test's end: nobody else is in there, so they can go.
leave_own_cgroups() {
  local i status=$?
  kill -9 -1 2> /dev/null || true  # PID 1 of a namespace of its own: all others are the test's
  wait 2> /dev/null || true
  for i in "${!cgroup_before[@]}"; do
    [[ ${hierarchies[i]#* } != "${cgroup_before[i]}" ]] || continue
    echo $$ > "${cgroup_before[i]}/cgroup.procs"
    eventually remove_cgroups "${hierarchies[i]#* }" || echo "left: ${hierarchies[i]#* }"
  done
  exit "$status"
}
remove_cgroups() { [[ ! -d $1 ]] || find "$1" -depth -type d -exec rmdir {} + 2> /dev/null; }

# left: the cgroups that are left below the test's own.
left() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    find "${hierarchy#* }" -mindepth 1 -type d -name '*lockstep*'
  done
}
nothing_left() { [[ -z $(left) ]] || fail "$1: cgroups are left: $(left)"; }

# folder_of CONTROLLER: of the test's own cgroup in the hierarchy that has it; empty if there is none.
folder_of() {
  local hierarchy unified=""
  for hierarchy in "${hierarchies[@]}"; do
    [[ ,${hierarchy%% *}, == *",$1,"* ]] && { echo "${hierarchy#* }"; return; }
    [[ $hierarchy != unified* ]] || unified=${hierarchy#* }
  done
  [[ -n $unified && " $(< "$unified/cgroup.controllers") " == *" $1 "* ]] && echo "$unified"
  return 0
}
has() { [[ -n $(folder_of "$1") ]]; }

# setting CONTROLLER V1-FILE V2-FILE: of the container "x", as the host sees it.
setting() {
  local folder
  folder=$(folder_of "$1")
  if [[ -e $folder/lockstep-x/$2 ]]; then cat "$folder/lockstep-x/$2"; else cat "$folder/lockstep-x/$3"; fi
}
# is_set VALUE CONTROLLER V1-FILE V2-FILE [V2-VALUE]
is_set() {
  local expected=$1 found
  [[ -e $(folder_of "$2")/lockstep-x/$3 ]] || expected=${5:-$1}
  found=$(setting "$2" "$3" "$4" 2>&1)
  [[ $found == "$expected" ]] || fail "$3 (v2: $4): expected $expected, found $found"
}

find_hierarchies
(( ${#hierarchies[@]} )) || skip "no cgroups are mounted in /sys/fs/cgroup"
trap leave_own_cgroups EXIT
enter_own_cgroups
