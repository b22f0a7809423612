#!/bin/bash
# creating → created → running → stopped, and gone: each step of a container's life, and each that is refused.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/lib.sh"
"$newest" run --rootfs "$rootfs" true
mkdir -p "$rootfs/opt"
printf '#!/no/such/interpreter\n' > "$rootfs/opt/no-interpreter"
chmod +x "$rootfs/opt/no-interpreter"
exists='container "x" exists already'
missing='container "x" does not exist'

# What is refused while it is created, or runs: nothing changes by it.
refuse_while() {
  local state=$1 waiting
  waiting=$(pid)
  shows "$state"
  refuses 1 "$exists" "$step" create --bundle "$bundle" x
  refuses 125 "$exists" "$step" run --bundle "$bundle" x
  refuses 125 "$exists" "$step" run --rootfs "$rootfs" --id x true
  if [[ $state == running ]]; then
    refuses 1 'cannot start an already running container' "$step" start x
    refuses 1 'is running' "$step" delete x
    refuses 1 'is running' "$step" rm x
  fi
  shows "$state"
  [[ $(pid) == "$waiting" && -d /proc/$waiting ]] || fail "$step: not the same process any more"
}

refuse_while_stopped() {
  shows stopped
  [[ $(pid) == 0 ]] || fail "$step: a stopped container has a PID"
  refuses 1 'cannot start a container that has stopped' "$step" start x
  refuses 1 'is stopped' "$step" kill x
  refuses 1 'is stopped' "$step" ps x
  refuses 125 'is stopped' "$step" exec x true
  refuses 1 "$exists" "$step" create --bundle "$bundle" x
  shows stopped
}

refuse_missing() {
  for verb in state start kill ps delete rm; do refuses 1 "$missing" "$step" "$verb" x; done
  refuses 125 "$missing" "$step" exec x true
  succeeds "$step" delete --force x
  succeeds "$step" rm --force x
  silent
}

# Whoever creates one is not held up by it: not by the end of a pipe, and no other by a lock.
is_left_alone() {
  out=$(cd "/proc/$(pid)/fd" && for fd in *; do echo "$fd $(readlink "$fd")"; done) tried="what a created container has open"
  [[ $(grep -cvE '^[012] |socket:|signalfd' <<< "$out") == 0 ]] || fail "$step: more than its own$(seen)"
  [[ $(stat -c %a "/run/lockstep/x/start.sock") == 600 ]] || fail "$step: others may start it"
}

whole_life() {
  refuse_missing
  creates "$@" 10> /run/test/open 251< "$rootfs"
  is_left_alone
  refuse_while created
  succeeds "$step" exec x sh -c 'test $$ -gt 1 && test -d /proc/1'
  succeeds "$step" ps x
  prints "$(pid)  1 "
  try "$step" list
  prints "$(pid)"
  prints created
  succeeds "$step" start x
  silent
  refuse_while running
  [[ $("$step" exec x cat /proc/1/comm) == sleep ]] || fail "$step: it is not its program that runs"
  succeeds "$step" kill x KILL
  becomes stopped
  refuse_while_stopped
  succeeds "$step" delete x
  silent
  refuse_missing
}

for step in "${lifecycle_steps[@]}"; do
  new_config "$step" sleep 1000
  before=$(snapshot "$bundle" "$rootfs")
  cd "$bundle"
  whole_life x
  cd /run/test/work
  whole_life --bundle "$bundle" x
  whole_life --rootfs "$rootfs" x sleep 1000
  unchanged "$before" "$step: whole lives" "$bundle" "$rootfs"

  # The bundle's command, and another one; its output goes where that of `create` goes.
  config '.process.args = ["sh", "-c", "echo of the bundle; exit 3"]'
  "$step" create --bundle "$bundle" x > out < /dev/null
  "$step" create --bundle "$bundle" y sh -c 'echo of the caller' >> out < /dev/null
  succeeds "$step" start x
  becomes stopped
  succeeds "$step" start y
  becomes stopped y
  [[ $(< out) == $'of the bundle\nof the caller' ]] || fail "$step: the containers wrote: $(< out)"
  succeeds "$step" rm x y
  [[ $out == $'x\ny' ]] || fail "$step: expected the two IDs$(seen)"
  rm out

  new_config "$step" sleep 1000
  # One that was created can be ended and deleted; signals that end other programs end it, others don't.
  for signal in TERM INT USR1 KILL; do
    creates --bundle "$bundle" x
    succeeds "$step" kill x CHLD
    succeeds "$step" kill x WINCH
    shows created
    succeeds "$step" kill x $signal
    becomes stopped
    refuse_while_stopped
    succeeds "$step" delete x
  done
  for verb in 'delete x' 'delete --force x' 'rm --force x'; do
    creates --bundle "$bundle" --pid-file pid x
    [[ $(< pid) == $(pid) ]] || fail "$step: the PID file has $(< pid)"
    # shellcheck disable=SC2086  # split into words
    succeeds "$step" $verb
    refuse_missing
  done
  new_config "$step" sleep 1000
  unchanged "$before" "$step: created, and deleted" "$bundle" "$rootfs"

  # rm goes on behind an error.
  for id in x y; do "$step" run --rootfs "$rootfs" --detach --id $id true > /dev/null; done
  becomes stopped x
  becomes stopped y
  try "$step" rm x no-such-container y
  ends_with 1
  says 'container "no-such-container" does not exist'
  [[ $out == $'x\ny' ]] || fail "$step: expected two IDs$(seen)"
  no_containers

  # What can be known in advance, `create` knows; nothing is left of it.
  refuses 1 '"no-such-program": executable file not found' "$step" create --bundle "$bundle" x no-such-program
  refuses 1 '"/no/such/program": no such file or directory' "$step" create --bundle "$bundle" x /no/such/program
  refuses 1 '"/opt": permission denied' "$step" create --bundle "$bundle" x /opt
  refuses 1 '"./no-such": no such file' "$step" create --rootfs "$rootfs" --workdir /opt x ./no-such
  config '.process.cwd = "/opt/no-interpreter"'
  refuses 1 '"/opt/no-interpreter"' "$step" create --bundle "$bundle" x
  config '.process.cwd = "/"'
  refuses 1 '--pid-file: ' "$step" create --bundle "$bundle" --pid-file no/such/folder/pid x
  no_containers
  # The rest comes back to `start`.
  creates --bundle "$bundle" x /opt/no-interpreter
  refuses 1 '(ENOENT)' "$step" start x
  hints 'interpreter "/no/such/interpreter" is not there'
  refuse_while_stopped
  succeeds "$step" delete x
  # A name relative to the working directory is one in the container.
  try "$step" run --rootfs "$rootfs" --workdir /bin ./echo found
  prints found
  unchanged "$before" "$step: what create refuses" "$bundle" "$rootfs"

  # A terminal needs somebody who holds its other end: a keeper, until the container ends.
  config '.process.terminal = true | .process.args = ["sh", "-c", "tty > /dev/shm/tty; exec sleep 1000"]'
  creates --bundle "$bundle" x
  succeeds "$step" start x
  has_terminal() { [[ $("$step" exec x cat /dev/shm/tty 2> /dev/null) == /dev/pts/0 ]]; }
  eventually has_terminal || fail "$step: it has no terminal"
  succeeds "$step" delete --force x
  new_config "$step" sleep 1000
  unchanged "$before" "$step: a created container with a terminal" "$bundle" "$rootfs"

  # --root may be long, and relative: the address of a socket holds 108 bytes only.
  long=$(printf 'r%.0s' {1..200})
  "$step" --root "$long/$long" create --rootfs "$rootfs" "$long" true > /dev/null < /dev/null || fail "a long --root"
  succeeds "$step" --root "$long/$long" start "$long"
  succeeds "$step" --root "$long/$long" delete --force "$long"
  rm -r "$long"
done
finish
