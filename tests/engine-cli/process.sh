#!/bin/bash
# exec --process and what else engines ask of exec and run.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
new_config lockstep sleep 1000
config '.process.env += ["OF=the container"] | .process.user.additionalGids = [9]'
creates --bundle "$bundle" x
succeeds lockstep start x

# All that the JSON says, and nothing of the container's own process.
jq '.process | .args = ["sh", "-c", "id; pwd; umask; echo $A $OF; grep -E \"^(NoNewPrivs|CapEff)\" /proc/self/status"]
  | .env = ["PATH=/bin", "A=b"] | .cwd = "/tmp" | .user = {uid: 1, gid: 2, umask: 63, additionalGids: [7]}
  | .noNewPrivileges = true | del(.capabilities)' "$bundle/config.json" > process.json
expected=$'uid=1 gid=2 groups=7\n/tmp\n0077\nb\nCapEff:\t0000000000000000\nNoNewPrivs:\t1'
succeeds lockstep exec --process process.json x
[[ $out == "$expected" ]] || fail "exec --process$(seen)"
out=$(lockstep exec --process - x < process.json 2>&1) || fail "exec --process -: $out"
[[ $out == "$expected" ]] || fail "exec --process -: $out"
succeeds lockstep exec --detach --process process.json --pid-file pid x
[[ -s pid ]] || fail "exec --process --detach: no PID"

for wrong in 'del(.args)' 'del(.cwd)' '.args = []' '.user.uid = -1' '.env = ["A"]' '.cwd = "relative"'; do
  jq "$wrong" process.json > wrong.json
  try lockstep exec --process wrong.json x
  ends_with 125
  says "--process: wrong.json: "
done
try lockstep exec --process process.json x true
ends_with 125
says "--process"

# More groups, the container's with them.
succeeds lockstep exec -g 5,6 --additional-gids 7 x id
[[ $out == *"groups="*5* && $out == *6* && $out == *7* && $out == *9* ]] || fail "--additional-gids$(seen)"

# A paused container: refused; or the process waits until it goes on.
succeeds lockstep pause x
try lockstep exec x true
ends_with 125
says "is paused"
lockstep exec --ignore-paused x sh -c 'echo it goes on' > said 2>&1 < /dev/null &
waiting=$!
sleep 0.5
[[ ! -s said ]] || fail "a process of a paused container runs: $(< said)"
succeeds lockstep resume x
wait $waiting || fail "--ignore-paused: $(< said)"
[[ $(< said) == "it goes on" ]] || fail "--ignore-paused: $(< said)"
succeeds lockstep delete --force x

# Another configuration of the bundle's folder, or from anywhere; and a container that is kept when it has ended.
jq '.process.args = ["echo", "of the other"]' "$bundle/config.json" > "$bundle/other.json"
for file in other.json "$bundle/other.json"; do
  succeeds lockstep run --bundle "$bundle" --config "$file" x
  [[ $out == "of the other" ]] || fail "--config $file$(seen)"
done
(cd "$bundle" && succeeds lockstep run --keep -f other.json x)
shows stopped
succeeds lockstep delete x
try lockstep run --bundle "$bundle" --config none.json x
ends_with 125
says "none.json"
rm "$bundle/other.json" "$bundle/config.json" process.json wrong.json said pid
unchanged "$before" "all of that" /run/test/work
finish
