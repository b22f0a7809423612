# For the tests of bad input: a host of their own, and what they compare before and after.
# shellcheck shell=bash

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
watched=(/run/test/work /run/test/host "$rootfs")
mkdir -p /run/test/host/folder
echo host > /run/test/host/file
"$newest" run --rootfs "$rootfs" true  # whatever is made once, such as /run/lockstep
host_before=$(snapshot "${watched[@]}")

# a_container STEP: starts "x" of that step, and takes it for a part of the host from then on.
a_container() {
  in_step "$1" --detach --id x -- sleep 1000 > /dev/null
  host_before=$(snapshot "${watched[@]}")
}

no_container() {
  "$1" delete --force x
  host_before=$(snapshot "${watched[@]}")
}

nothing_changed() { unchanged "$host_before" "$*" "${watched[@]}"; }

# own_failure COMMAND: the exit status of a step's own failure, as docker has it for these two.
own_failure() { case $1 in run | exec) echo 125 ;; *) echo 1 ;; esac; }

# commands_of STEP: those that its help lists.
commands_of() { "$1" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p'; }

# right STEP COMMAND [OPTION…]: fills `line` with a command line that only wants wrong options put in.
right() {
  line=("$1" "$2" "${@:3}")
  case $2 in
    run)
      if has_rootfs "$1"; then line=("$1" run --rootfs "$rootfs" "${@:3}"); fi
      line+=(true)
      ;;
    exec) line+=(x true) ;;
    create) line=("$1" create --rootfs "$rootfs" "${@:3}" y true) ;;
    commit) line+=(x new-image) ;;
    ps | kill | delete | start | stop | state | rm | diff | pause | resume | update | stats | events | top) line+=(x) ;;
    list | images | spec | features) ;;
    network) line+=(create x) ;;
    *) fail "$1 $2: the tests of bad input don't know this command: say here what it is called with" ;;
  esac
}
