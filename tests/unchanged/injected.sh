#!/bin/bash
# Each system call of run, exec and delete fails once (strace lets it): the error is one clear line that tells the
# errno, nothing crashes or hangs, and after `delete --force` nothing is left.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
command -v strace > /dev/null || skip "strace is missing: make deps-test installs it"
strace -o /dev/null -e trace=none true 2> /dev/null || skip "strace may not trace here"
step=$newest
"$step" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)
errors=(EIO ENOMEM EPERM ENOSPC)
tries=0 noticed=0
# A sanitizer's calls in a program are its own: it asks by a pipe whether an address can be read, takes a failure
# for "no", and ends the program when its handler's stack can't be set.
sanitizers_own='^$'
if ldd "/run/test/bin/$newest" 2> /dev/null | grep -q libasan; then
  sanitizers_own='^(pipe2?|sigaltstack|rt_sigaction)$'
fi

# calls_of SIDE COMMAND…: fills `calls` with the system calls of the runtime itself (host), or of its child until that
# is the user's program, each as strace's filter for that very one. Left out: what the C library does on its own, and
# what can't fail (a close that strace lets fail isn't done, where the kernel's always is).
calls_of() {
  local side=$1 follow=()
  shift
  [[ $side == host ]] || follow=(-f)
  strace "${follow[@]}" -qq -o /run/calls "$@" > /dev/null 2>&1 < /dev/null || fail "it fails when it is only traced: $*"
  mapfile -t calls < <(awk -v side="$side" -v sanitizers_own="$sanitizers_own" '
    side == "child" {
      if (!host) host = $1
      if ($1 == host || (child && $1 != child)) next
      child = $1
      sub(/^[0-9]+ +/, "")
    }
    !/^[a-z]/ { next }
    { sub(/\(.*/, ""); ++seen[$0] }
    side == "child" || /^fcntl/ { begun = 1 }
    side == "child" && /^execve/ { exit }
    $0 ~ sanitizers_own { next }
    begun && !/^(exit|exit_group|rt_sigreturn|execve|get[ep]?[ug]id|close|brk|mmap|munmap|mprotect)$/ {
      print $0 ":when=" seen[$0]
    }' /run/calls)
}

# fail_at SIDE FILTER ERROR COMMAND…
fail_at() {
  local side=$1 call=${2%%:*} when=${2##*:} error=$3 follow=()
  shift 3
  [[ $side == host ]] || follow=(-f)
  try strace "${follow[@]}" -qq -o /dev/null -e "inject=$call:error=$error:$when" "$@"
  tried="$* with $call $when failing with $error"
  tries=$((tries + 1))
  (( status == 0 )) && return
  noticed=$((noticed + 1))
  case $status in
    1 | 125 | 126 | 127) ;;
    *) fail "expected one of the runtime's own exit statuses$(seen)" ;;
  esac
  [[ $err =~ (^|$'\n')step[0-9]+:\ . ]] || fail "expected an error of the runtime's$(seen)"
  [[ $call =~ stat|access || $err =~ \(E[A-Z0-9]+\) ]] || fail "expected an error that tells the errno$(seen)"
  [[ $err != *terminate* && $err != *bad_alloc* && $err != *Success* ]] || fail "expected an error in words$(seen)"
}

# each_call SIDE STRIDE PREPARE COMMAND…
each_call() {
  local side=$1 stride=$2 prepare=$3 calls=() i id
  shift 3
  eval "$prepare"
  calls_of "$side" "$@"
  for id in $("$step" list -q); do "$step" delete --force "$id"; done
  echo "${#calls[@]} system calls of the $side side of: $*"
  (( ${#calls[@]} > 10 )) || fail "only ${#calls[@]} system calls of $* were seen"
  for (( i = 0; i < ${#calls[@]}; i += stride )); do
    eval "$prepare"
    fail_at "$side" "${calls[i]}" "${errors[(i / stride) % ${#errors[@]}]}" "$@"
    for id in $("$step" list -q); do
      succeeds "$step" delete --force "$id"
    done
    unchanged "$before" "$tried" /run/test/work
    before=$now
  done
}

container=("$step" run --id x --rootfs "$rootfs")
start="${container[*]} --detach --pid-file pid sleep 1000 > /dev/null"
each_call host 1 true "${container[@]}" --pid-file pid true
each_call child 4 true "${container[@]}" --volume /usr:/mnt:ro --read-only true
each_call host 2 "$start" "$step" exec x true
each_call child 2 "$start" "$step" exec x true
each_call host 1 "$start" "$step" delete --force x
echo "$tries system calls were made to fail, $noticed of them mattered"
(( noticed > tries / 4 )) || fail "too few mattered: are the errors injected at all?"
finish
