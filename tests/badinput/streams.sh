#!/bin/bash
# Standard streams that are closed, full, or a pipe that nobody reads.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/lib.sh"
mknod full c 1 7  # not the machine's own /dev/full
host_before=$(snapshot "${watched[@]}")

# closed COMMAND…: all three.
closed() { "$@" <&- >&- 2>&-; }
without_output() { "$@" >&-; }
without_input() { "$@" <&-; }
without_errors() { "$@" 2>&-; }
onto_full() { "$@" > full; }
errors_onto_full() { "$@" 2> full; }

for step in "${steps[@]}"; do
  for without in closed without_output without_input without_errors; do
    right "$step" run
    try $without "${line[@]}"
    ends_with 0
    silent
    right "$step" run
    try $without "${line[@]::${#line[@]}-1}" sh -c 'exit 7'
    ends_with 7
    try $without "$step" no-such-command
    ends_with 1
    right "$step" run
    try $without "${line[@]::${#line[@]}-1}" /no/such/program
    ends_with 127
    # shellcheck disable=SC2016
    try $without "${line[@]::${#line[@]}-1}" sh -c 'for fd in 0 1 2; do [ -e /proc/self/fd/$fd ] || exit 9; done'
    ends_with 0
  done
  for word in --help --version 'run --help'; do
    expected=1
    [[ $word != run* ]] || expected=125
    # shellcheck disable=SC2086
    refuses $expected 'write(standard output): No space left on device (ENOSPC)' onto_full "$step" $word
    # shellcheck disable=SC2086
    try without_output "$step" $word
    ends_with 0
  done
  try errors_onto_full "$step" no-such-command
  ends_with 1
  nothing_changed "$step without streams"
done

# What is opened next must not become a standard stream: then the output would go into it.
for step in "${steps[@]:1}"; do
  for without in closed without_output without_input without_errors; do
    right "$step" run --detach --id x --pid-file pid
    try $without "${line[@]::${#line[@]}-1}" sh -c 'echo a word; echo a word >&2; exec sleep 1000'
    ends_with 0
    right "$step" run --id y
    try $without "${line[@]::${#line[@]}-1}" sh -c 'echo a word; echo a word >&2'
    try $without "$step" exec --pid-file exec.pid x sh -c 'echo a word; echo a word >&2'
    ends_with 0
    for command in list 'list -q' 'ps x' 'exec x true'; do
      # shellcheck disable=SC2086
      try $without "$step" $command
      ends_with 0
    done
    [[ $(< pid) =~ ^[0-9]+$ && $(< exec.pid) =~ ^[0-9]+$ ]] ||
      fail "$step: a PID file has more in it: $(head pid exec.pid)"
    rm exec.pid
    [[ $(< /run/lockstep/x/state.json) == '{'*'}' ]] || fail "$step: the state file has more in it"
    [[ $(cat "/proc/$(< pid)/comm") == sleep ]] || fail "$step: the PID file names another process"
    try $without "$step" delete --force x
    ends_with 0
    nothing_changed "$step, its streams closed ($without)"
  done

  a_container "$step"
  for command in list 'list -q' 'list -f json' 'ps x' 'ps -f json x'; do
    # shellcheck disable=SC2086
    refuses 1 'write(standard output): No space left on device (ENOSPC)' onto_full "$step" $command
    # shellcheck disable=SC2086
    try bash -c "{ sleep 0.1; $step $command; } | true; echo \${PIPESTATUS[0]}"
    [[ -z $err && $out == 141 ]] || fail "expected a quiet end by SIGPIPE$(seen)"
  done
  nothing_changed "$step with output that can't be written"
  no_container "$step"
  right "$step" run --detach --id y
  refuses 125 "write(standard output) of the container's ID" onto_full "${line[@]::${#line[@]}-1}" sleep 1000
  nothing_changed "$step run --detach whose ID can't be told"
done
finish
