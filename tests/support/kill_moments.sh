# For tests that kill the runtime (SIGKILL) at moments spread evenly over its system calls; strace delivers it. On a
# host of their own (own_host.sh); $step is the program, $before the host as it was. A test may set kMoments before it
# reads this, and define a `gone` of its own behind that.
# shellcheck shell=bash disable=SC2154

command -v strace > /dev/null || skip "strace is missing: make deps-test installs it"
strace -o /dev/null -e trace=none true 2> /dev/null || skip "strace may not trace here"
readonly kMoments=${kMoments:-20}
killed=0 moments=0

# calls_of COMMAND…: fills `calls` with its system calls, as strace's filter for that very one: the N-th of its
# name. Its children's are not among them, nor is what the kernel begins anew: how often that happens is chance.
calls_of() {
  strace -qq -o /run/calls "$@" > /dev/null 2>&1 < /dev/null || fail "it fails when it is only traced: $*"
  mapfile -t calls < <(awk -F '(' '/^[a-z]/ && !/= \? ERESTART/ { print $1 ":signal=KILL:when=" ++seen[$1] }' /run/calls)
}

# kill_at CALL COMMAND…: at the entry to that system call. (The outer shell remains, to keep the word "Killed" away.)
kill_at() {
  local call=$1 ended=0
  shift
  (strace -qq -o /dev/null -e inject="$call" "$@" > /dev/null 2>&1 < /dev/null; exit) 2> /dev/null || ended=$?
  (( ended != 137 )) || killed=$((killed + 1))
}

delete_all() {
  local id
  for id in $("$step" list -q); do
    succeeds "$step" delete --force "$id"
  done
}

# gone WHAT: nothing is left after delete --force of every container that there is.
gone() {
  delete_all
  unchanged "$before" "$1" /run/test/work
  before=$now
}

# each_moment WHAT PREPARE COMMAND…: PREPARE is run before each try.
each_moment() {
  local what=$1 prepare=$2 calls=() i call
  shift 2
  eval "$prepare"
  calls_of "$@"
  gone "$what, not killed"
  for (( i = 0; i < kMoments; ++i )); do
    call=$((1 + i * ${#calls[@]} / kMoments))  # not the first: execve
    eval "$prepare"
    moments=$((moments + 1))
    kill_at "${calls[call]}" "$@"
    gone "$what, killed at system call $call of ${#calls[@]}, ${calls[call]}"
  done
}

# enough_killed: at the end; fails if hardly anything was.
enough_killed() {
  echo "$killed of $moments were killed"
  (( killed > moments * 9 / 10 )) || fail "only $killed of $moments were killed: this tried too little"
}
