#!/bin/bash
# A container that runs on while it is committed: each file is in the image as it was at one moment, or commit
# says that it can't be; never half a file, never a broken layer.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox
sandbox one busybox
mkdir "$merged/log" "$merged/moved"
mkdir -p "$merged/a/b/c"
: > "$merged/log/grows"
sleep 1000 &
record one $!
succeeds step list
prints "running"

# It runs: that is said once, in one line, unless nobody wants to know.
try step commit one image
ends_with 0
[[ $err == '(container "one" runs on while it is read: '*')' && $err != *$'\n'* ]] || fail "a running container$(seen)"
succeeds step commit --pause=false one image
succeeds step diff one
prints "A /log/grows"

python3 - "$merged" <<'WRITER' &
import os, sys, time
top = sys.argv[1]
n = 0
while True:
    n += 1
    with open(top + "/log/grows", "ab", buffering=0) as log:
        log.write(b"%010d\n" % n)
    with open(top + "/log/replaced.new", "wb") as new:
        new.write(b"%d\n" % n * (n % 500))
    os.rename(top + "/log/replaced.new", top + "/log/replaced")
    with open(top + "/log/shrinks", "wb") as file:
        file.write(b"x" * (1 << 16))
        file.flush()
        os.ftruncate(file.fileno(), n % 1000)
    os.makedirs(top + "/come/and/go", exist_ok=True)
    open(top + "/come/and/go/%d" % n, "w").close()
    if n % 3 == 0:
        for name in os.listdir(top + "/come/and/go"):
            os.remove(top + "/come/and/go/" + name)
        os.removedirs(top + "/come/and/go")
    time.sleep(0.0005)
WRITER
writer=$!
whole=0
for n in {1..25}; do
  rm -rf out
  try step commit --pause=false one "image$((n % 2))"
  if (( status == 0 )); then
    whole=$((whole + 1))
    try fetch export "image$((n % 2))" out
    [[ $status == 0 ]] || fail "commit $n made an image that can't be exported$(seen)"
    python3 - out <<'CHECK' || fail "commit $n: a file that never was so"
import os, sys
lines = open(sys.argv[1] + "/log/grows").read().split("\n")
assert lines.pop() == "" and lines == ["%010d" % (i + 1) for i in range(len(lines))], lines[-3:]
if os.path.exists(sys.argv[1] + "/log/replaced"):
    lines = open(sys.argv[1] + "/log/replaced").read().split("\n")
    assert len(set(lines[:-1])) <= 1, set(lines)
CHECK
  else
    [[ $err == *"was written to while it was read"* || $err == *"was moved while it was read"* ]] ||
      fail "commit $n fails for another reason$(seen)"
  fi
  try step diff one
  [[ $status == 0 || $err == *"was moved while it was read"* ]] || fail "diff $n$(seen)"
done
(( whole >= 5 )) || fail "only $whole of 25 commits succeeded: this tried too little"
echo "$whole of 25 commits succeeded"
kill "$writer"
wait "$writer" 2> /dev/null || true

# A large file that is written to all the time is an error, and so is one that shrinks.
head -c 20000000 /dev/zero > "$merged/large"
python3 -c '
import os, sys
file = os.open(sys.argv[1], os.O_RDWR)
n = 0
while True:
    n += 1
    os.pwrite(file, b"%d" % n, 1000)
    os.ftruncate(file, 20000000 - n % 2 * 1000000)' "$merged/large" &
writer=$!
eventually sh -c "[ \$(stat -c %Z '$merged/large') -gt 0 ]"
before=$(manifest_of image)
try step commit --pause=false one image
ends_with 1
says '"large" was written to while it was read'
hints 'stop the container'
kill "$writer"
wait "$writer" 2> /dev/null || true
[[ $(manifest_of image) == "$before" ]] || fail "an error, and yet another image"
try step commit --pause=false one image
ends_with 0
finish
