#!/bin/bash
# --rm: nothing is left of the container when it has ended, however it ended; and nothing of the keeper of one that
# was left running.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
step=$newest
"$step" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)
keepers() { cat /proc/[0-9]*/comm 2> /dev/null | grep -c '^lockstep-keeper$' || true; }
has_keepers() { [[ $(keepers) == "$1" ]]; }
is_gone() { [[ -z $("$step" list -q) ]]; }
goes() {
  eventually is_gone || fail "$1: still there: $("$step" list)"
  eventually has_keepers 0 || fail "$1: a keeper is left"
  unchanged "$before" "$1" /run/test/work
  before=$now
}
run=("$step" run --rootfs "$rootfs" --rm --id x)

for code in 0 3; do
  try "${run[@]}" sh -c "exit $code"
  ends_with $code
  goes "--rm, exit status $code"
done
try "${run[@]}" no-such-program
ends_with 127
goes "--rm of what can't start"

"${run[@]}" sleep 1000 &
runtime=$!
becomes running
kill -KILL "$(pid)"
wait $runtime && fail "killed, and yet exit status 0"
goes "--rm, killed"

# With the runtime killed nobody is left to do it; `rm` does.
"${run[@]}" --pid-file pid sleep 1000 &
runtime=$!
becomes running
kill -KILL $runtime  # the shell says so
wait $runtime 2> /dev/null || true
becomes stopped
succeeds "$step" rm x
goes "--rm, the runtime killed"

for options in --tty=false --tty; do
  try "${run[@]}" --detach $options sh -c 'sleep 0.2'
  ends_with 0
  [[ $out == x ]] || fail "expected the ID$(seen)"
  has_keepers 1 || fail "$options: $(keepers) keepers"
  goes "--detach --rm $options"

  "${run[@]}" --detach $options --pid-file pid sleep 1000 > /dev/null
  succeeds "$step" kill x KILL
  goes "--detach --rm $options, killed"

  "${run[@]}" --detach $options sleep 1000 > /dev/null
  succeeds "$step" delete --force x
  goes "--detach --rm $options, deleted by force"

  # Its successor of the same name is another container: the keeper leaves it alone.
  "${run[@]}" --detach $options sleep 1000 > /dev/null
  "$step" delete --force x
  "$step" run --rootfs "$rootfs" --detach --id x sleep 1000 > /dev/null
  eventually has_keepers 0 || fail "the first one's keeper is left"
  shows running
  "$step" delete --force x
  goes "--detach --rm $options, and another one of that name"

  # A keeper that is killed leaves the container to `rm`.
  "${run[@]}" --detach $options sleep 1000 > /dev/null
  keeper=$(grep -l '^lockstep-keeper$' /proc/[0-9]*/comm)
  held=$(ls -l "${keeper%comm}fd")
  [[ $(grep -cE ' [0-3] -> /dev/null| -> anon_inode:\[pidfd\]| -> /dev/pts?mx| -> /pts/ptmx| -> .*ptmx|^total' <<< "$held") == "$(wc -l <<< "$held")" ]] ||
    fail "a keeper holds more than it needs: $held"
  kill -KILL "$(basename "$(dirname "$keeper")")"
  eventually has_keepers 0 || fail "the keeper lives"
  succeeds "$step" rm --force x
  goes "--detach --rm $options, the keeper killed"
done

# Without --rm one that was left running stays.
"$step" run --rootfs "$rootfs" --detach --name x true > /dev/null
becomes stopped
succeeds "$step" rm x
goes "without --rm"

# A bundle's goes with the end of `run`, as runc has it.
new_config "$step" true
before=$(snapshot /run/test/work)
succeeds "$step" run --bundle "$bundle" x
succeeds "$step" run --bundle "$bundle" --rm x
try "$step" run --bundle "$bundle" --rm --detach x
goes "of a bundle"
finish
