#!/bin/bash
# bundle: a rootfs and a config.json by the image-spec's rules, for any runtime.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
succeeds "$fetch" busybox
succeeds "$fetch" export busybox reference
succeeds "$fetch" import reference app --change 'ENTRYPOINT ["/bin/echo", "-n"]' --change 'CMD ["hello"]' \
  --change 'USER nobody:tty' --change 'ENV A=b' --change 'WORKDIR /tmp' --change 'EXPOSE 80 53/udp' \
  --change 'LABEL io.lockstep.image=evil org.example=yes' --change 'STOPSIGNAL SIGUSR1' --change 'VOLUME /data'
succeeds "$fetch" bundle app out
[[ $(< "$said/out") == *"the image declares volumes"*"/data"* ]] || fail "nothing is said of volumes: $(< "$said/out")"
[[ -d out/rootfs/data ]] || fail "the volume is no folder of the rootfs"
rmdir out/rootfs/data
same_files out/rootfs reference
field() { python3 -c "import json,sys; print(json.load(open('out/config.json'))$1)"; }
if command -v python3 > /dev/null; then
  [[ $(field '["process"]["args"]') == "['/bin/echo', '-n', 'hello']" ]] || fail "args: $(field '["process"]["args"]')"
  [[ $(field '["process"]["user"]') == "{'gid': 5, 'uid': 65534}" ]] || fail "user: $(field '["process"]["user"]')"
  [[ $(field '["process"]["cwd"]') == /tmp ]] || fail "cwd"
  [[ $(field '["process"]["env"]') == *"'A=b'"*"'HOME=/'"* ]] || fail "env: $(field '["process"]["env"]')"
  [[ $(field '["root"]["path"]') == rootfs ]] || fail "root"
  [[ $(field '["annotations"]["org.opencontainers.image.stopSignal"]') == SIGUSR1 ]] || fail "stop signal"
  [[ $(field '["annotations"]["org.opencontainers.image.exposedPorts"]') == 53/udp,80/tcp ]] || fail "ports"
  [[ $(field '["annotations"]["org.example"]') == yes ]] || fail "label"
  [[ $(< out/config.json) != *evil* ]] || fail "an image's label has become an annotation of ours"
fi

# Never over anything; nothing half-made.
refuses '"out" is not empty' "$fetch" bundle app out
succeeds "$fetch" import reference ghost --change 'USER nosuchuser'
refuses 'there is no user "nosuchuser"' "$fetch" bundle ghost new
[[ ! -e new && ! -e .new.rootfs-fetch ]] || fail "a bundle without its user was left"

# Runtimes take it.
grep -qE '"terminal": *true' out/config.json && fail "a terminal that nobody asked for"
succeeds "$fetch" bundle --tty app with-terminal
grep -qE '"terminal": *true' with-terminal/config.json || fail "--tty gives no terminal"
grep -qE '"ociVersion": *"1.0.2"' out/config.json || fail "a version that older runtimes refuse"
for runtime in "$LOCKSTEP_BUILD/step09" runc; do
  command -v "$runtime" > /dev/null || continue
  (( EUID == 0 )) || continue
  said_by=$(timeout 60 "$runtime" --root "$temporary/run" run --bundle out "bundle-test-$$" 2> "$said/err") ||
    fail "$runtime: $(< "$said/err")"
  [[ $said_by == hello ]] || fail "$runtime runs something else: $said_by"
done
finish
