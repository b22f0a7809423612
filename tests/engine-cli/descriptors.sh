#!/bin/bash
# --preserve-fds and LISTEN_FDS: these descriptors of the caller's are the program's, and no other is.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
echo one > one
echo two > two
echo three > three
# shellcheck disable=SC2016  # the container's shell expands it
show='ls /proc/self/fd | tr "\n" " "; for fd in 3 4 5; do [ ! -e /proc/self/fd/$fd ] || readlink /proc/self/fd/$fd; done; cat <&3'
new_config lockstep sh -c "$show"

# open COMMAND…: with 3, 4 and 5 open.
open() { "$@" 3< one 4< two 5< three; }

try open lockstep run --bundle "$bundle" x
[[ $out == "0 1 2 3 "* && $out != *work* ]] || fail "without the option: expected none of them (3 is the folder that ls reads)$(seen)"
try open lockstep run --bundle "$bundle" --preserve-fds 2 x
ends_with 0
[[ $out == *"0 1 2 3 4 5 "* && $out == */one*/two* && $out != */three* && $out == *$'\none' ]] || fail "--preserve-fds 2$(seen)"

# A socket-activated caller's come first; the program is told of them only.
new_config lockstep sh -c "echo \$LISTEN_FDS \$LISTEN_PID; $show"
try open env LISTEN_FDS=1 lockstep run --bundle "$bundle" --preserve-fds 1 x
[[ $out == "1 1"$'\n'*/one*/two* && $out != */three* ]] || fail "LISTEN_FDS$(seen)"
try open env LISTEN_FDS=3 LISTEN_PID=1 lockstep run --bundle "$bundle" x
[[ $out == $'\n'* ]] || fail "LISTEN_FDS that are somebody else's$(seen)"

# With create they wait for start; exec has its own; --init hands them on.
new_config lockstep sh -c "$show; sleep 1000"
open lockstep create --bundle "$bundle" --preserve-fds 3 x > said 2>&1 < /dev/null || fail "create: $(< said)"
succeeds lockstep start x
eventually grep -q one said || fail "create --preserve-fds 3: $(< said)"
[[ $(< said) == */one*/two*/three*one* ]] || fail "create --preserve-fds 3: $(< said)"
try open lockstep exec --preserve-fds 1 x sh -c "$show"
[[ $out == */one* && $out != */two* && $out == *$'\none' ]] || fail "exec --preserve-fds 1$(seen)"
succeeds lockstep delete --force x
try open "$newest" run --rootfs "$rootfs" --init --preserve-fds 1 sh -c 'cat <&3; cat <&4'
[[ $out == one && $err == *4* ]] || fail "--init$(seen)"

# What isn't open is refused: the runtime's own files get those numbers.
for number in 2 3; do
  try lockstep run --bundle "$bundle" --preserve-fds $number x 3< one
  ends_with 125
  says "--preserve-fds: descriptor 4 is not open"
done
no_containers
rm one two three said "$bundle/config.json"
unchanged "$before" "all of that" /run/test/work
finish
