#!/bin/bash
# --console-socket: the terminal's other end goes to who listens there, of create, run and exec; what goes wrong leaves nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "python3 is missing: make deps-test installs it"
here=$(cd "$(dirname "$0")" && pwd)
new_config lockstep sh
config '.process.terminal = true | .process.consoleSize = {height: 33, width: 77}'

# listens TEXT [SOCKET]: in the background; what it saw is in `shown` when it has ended.
listens() {
  socket=${2:-$PWD/socket}
  rm -f "$socket"
  python3 "$here/receive.py" "$socket" "$1" > shown 2>&1 &
  receiver=$!
  eventually test -S "$socket" || fail "nobody listens: $(< shown)"
}
# was_shown WHAT TEXT
was_shown() {
  wait "$receiver" || fail "$1: $(< shown)"
  [[ $(tr -d '\r' < shown) == "/dev/pts/"*" True"*"$2"* ]] || fail "$1: expected $2 in: $(< shown)"
}

listens $'stty size; tty; exit 7\n'
creates --bundle "$bundle" --console-socket socket x
succeeds lockstep start x
was_shown create $'33 77\n/dev/pts/0'
becomes stopped
succeeds lockstep delete x

# An engine reads what create says to the end; who waits for start doesn't hold on to that pipe.
listens $'exit\n'
timeout 10 lockstep create --bundle "$bundle" --console-socket socket x 2>&1 < /dev/null | timeout 10 cat || fail "create keeps its caller's pipe"
succeeds lockstep start x
was_shown "create, with a pipe" ""
succeeds lockstep delete --force x

listens $'stty size; exit 7\n'
try lockstep run --bundle "$bundle" --console-socket socket x
ends_with 7
was_shown run "33 77"

# A path longer than an address holds.
deep=/run/test/work/$(printf 'x%.0s' {1..120})
mkdir "$deep"
listens $'echo it is $((40 + 2))\nexit\n' "$deep/socket"
creates --bundle "$bundle" --console-socket "$deep/socket" x
succeeds lockstep start x
was_shown "a long path" "it is 42"
becomes stopped
succeeds lockstep delete x
rm -r "$deep"

# exec, and a process as JSON.
config '.process.terminal = false | .process.args = ["sleep", "1000"]'
creates --bundle "$bundle" x
succeeds lockstep start x
listens $'tty; exit\n'
succeeds lockstep exec --detach --tty --console-socket "$PWD/socket" x sh
was_shown exec /dev/pts/
jq '.process | .terminal = true | .args = ["sh", "-c", "stty size; read word; echo $word again"] | .consoleSize = {height: 11, width: 22}' \
  "$bundle/config.json" > process.json
listens $'said\n'
succeeds lockstep exec --process process.json --console-socket socket x
was_shown "exec --process" "11 22"
[[ $(< shown) == *"said again"* ]] || fail "exec --process: $(< shown)"

# Nobody there, or nothing to be sent.
rm -f socket
try lockstep exec --tty --console-socket socket x true
ends_with 125
says 'connect('
hints "listens on that socket"
try lockstep exec --tty=false --console-socket socket x true
ends_with 125
says "has no terminal"
succeeds lockstep delete --force x
for terminal in true false; do
  config ".process.terminal = $terminal"
  try lockstep create --bundle "$bundle" --console-socket socket x
  ends_with 1
  says --console-socket
  no_containers
done
rm -f socket shown process.json "$bundle/config.json"
unchanged "$before" "all of that" /run/test/work
finish
