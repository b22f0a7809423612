# What of a host could be changed by a container that is gone: for before and after. (On a host of its own,
# own_host.sh, where nobody else changes anything.)
# shellcheck shell=bash disable=SC2034  # `now` is used by the scripts that read this

# processes: "PID PARENT COMMAND" of all but the ones that look; a zombie says so.
processes() {
  local stat line zombie
  for stat in /proc/[0-9]*/stat; do
    { read -r line < "$stat"; } 2> /dev/null || continue  # it has just ended
    [[ $line =~ ^([0-9]+)\ \((.*)\)\ (.)\ ([0-9]+) ]] || continue
    [[ ${BASH_REMATCH[1]} == "$BASHPID" || ${BASH_REMATCH[4]} == "$BASHPID" ]] && continue
    zombie=""
    [[ ${BASH_REMATCH[3]} != [ZX] ]] || zombie=" (zombie)"
    echo "${BASH_REMATCH[1]} ${BASH_REMATCH[4]} ${BASH_REMATCH[2]}$zombie"
  done
}

# files FOLDER…: each file's path, kind, mode, owner, link and content; a folder that is missing is no error.
files() {
  {
    find "$@" -printf '%p %y %m %U:%G %l\n' -type f -size +0 -exec cksum {} + 2> /dev/null || true
  } | LC_ALL=C sort
}

# own_cgroups: the folders below this process's own cgroups, in every hierarchy that is mounted; where that is the
# root, which is everybody's, only those that are called for this program.
own_cgroups() {
  local controllers path folder
  while IFS=: read -r _ controllers path; do
    for folder in "/sys/fs/cgroup/${controllers#name=}" /sys/fs/cgroup/unified /sys/fs/cgroup; do
      [[ -d $folder/$path ]] || continue
      if [[ $path == / ]]; then
        find "$folder" -type d -name '*lockstep*' 2> /dev/null
      else
        find "$folder$path" -type d 2> /dev/null
      fi
    done
  done < /proc/self/cgroup | LC_ALL=C sort -u
}

# mounts: all of them. Of a peer group it matters that there is one; its number the kernel may change by itself.
mounts() { sed -E 's/ (shared|master|propagate_from):[0-9]+/ \1/g' /proc/self/mountinfo; }

# snapshot [FOLDER…]: one text; FOLDERs are listed, too.
snapshot() {
  echo "# mounts, shared memory, queues"
  mounts
  cat /proc/sysvipc/shm /proc/sysvipc/msg /proc/sysvipc/sem
  echo "# cgroups"; own_cgroups
  echo "# links"; if command -v ip > /dev/null; then ip -o link; fi
  echo "# host name"; echo "$(< /proc/sys/kernel/hostname)"
  echo "# files"; files /run/lockstep /run/test/store /tmp /var/tmp "$@"
  echo "# processes"; processes
}

# unchanged BEFORE WHAT [FOLDER…]: fails with the difference unless the host is soon as it was then. (Soon:
# a killed process needs a moment until it is gone.) Afterwards `now` is how it is.
unchanged() {
  local before=$1 what=$2 tries
  shift 2
  for (( tries = 0; tries < 100; ++tries )); do
    now=$(snapshot "$@")
    [[ $now != "$before" ]] || return 0
    sleep 0.05
  done
  fail "$what: the host is not as it was before (< before, > after):"
  diff <(echo "$before") <(echo "$now") | head -20 || true
}
