# For own_host.sh: a cgroup of the test's own in each hierarchy, below those that it was started in. So what its containers leave can
# be told from others', and is gone with the test. (Where version 2 is alone it is below the nearest that hands controllers on, for a
# cgroup with processes can't: the test itself is in one further down, its containers are made beside that.)
# shellcheck shell=bash

hierarchies=()   # "CONTROLLERS FOLDER", FOLDER being the cgroup below which this process's containers are
cgroup_before=() # for each where it came from
own_cgroup=lockstep-test
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
  [[ $cgroup_version != 2 || -z ${hierarchies[*]} ]] || hierarchies=("unified $(hands_on "${hierarchies[0]#* }")")
}

# hands_on FOLDER: in version 2, it or the nearest above that hands controllers on; if there is none, it.
hands_on() {
  local folder=$1
  until [[ -n $(cat "$folder/cgroup.subtree_control" 2> /dev/null) ]]; do
    folder=${folder%/*}
    [[ -e $folder/cgroup.controllers ]] || { echo "$1"; return; }
  done
  echo "$folder"
}

# In version 1 a thread is moved by `tasks`: unlike a process by cgroup.procs, it needn't wait for the kernel's other forks.
move_to() { if [[ -e $1/tasks ]]; then echo $$ > "$1/tasks"; else echo $$ > "$1/cgroup.procs"; fi; }

# Before the host of its own is made. Whether it could be done; it could not where the machine lends none, or has version 2 alone.
enter_own_cgroups() {
  local i folder own file
  find_hierarchies
  (( ${#hierarchies[@]} )) || return 1
  [[ $cgroup_version != 2 ]] || { enter_own_cgroup2; return; }
  for i in "${!hierarchies[@]}"; do
    folder=${hierarchies[i]#* }
    own=$folder/$own_cgroup.$$
    remove_ended "$folder"
    mkdir "$own" 2> /dev/null || return 1
    for file in cpuset.cpus cpuset.mems; do
      [[ ! -e $own/$file || -n $(< "$own/$file") || ${hierarchies[i]} == unified* ]] || cat "$folder/$file" > "$own/$file"
    done
    move_to "$own"
    cgroup_before[i]=$folder
  done
}

enter_own_cgroup2() {
  local folder=${hierarchies[0]#* } own handed
  own=$folder/$own_cgroup.$$
  read -ra handed < "$folder/cgroup.subtree_control" || return 1
  (( ${#handed[@]} )) || return 1
  remove_ended "$folder"
  mkdir "$own" "$own/test" 2> /dev/null || return 1
  echo "${handed[*]/#/+}" > "$own/cgroup.subtree_control"
  cgroup_before=("$folder$(sed -n "s|^0::${folder#/sys/fs/cgroup}||p" /proc/self/cgroup)")
  own_folder2=$own
  echo $$ > "$own/test/cgroup.procs"
}

# When all in there have ended.
leave_own_cgroups() {
  local i own
  for i in "${!cgroup_before[@]}"; do
    own=${own_folder2:-${cgroup_before[i]}/$own_cgroup.$$}
    move_to "${cgroup_before[i]}"
    eventually remove_cgroups "$own" || echo "left: $own"
  done
}
# Those of tests that were killed, for their time was up. (Only a /proc that shows this process shows the other tests.)
remove_ended() {
  local old
  [[ /proc/self -ef /proc/$BASHPID ]] || return 0
  for old in "$1/$own_cgroup".*; do
    [[ ! -d $old || -e /proc/${old##*.} ]] || remove_cgroups "$old" || true
  done
}
remove_cgroups() { [[ ! -d $1 ]] || find "$1" -depth -type d -exec rmdir {} + 2> /dev/null; }

# remove_cgroups_of ID: what no start of the machine would have left of a container whose state is gone.
remove_cgroups_of() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do remove_cgroups "${hierarchy#* }/lockstep-$1" || true; done
}

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
