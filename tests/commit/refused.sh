#!/bin/bash
# What diff and commit can't do, they say in one line with the way out, and nothing is made.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox
sandbox one busybox
echo x > "$merged/file"
umount "$merged"

refuses 1 "diff: one container's ID is needed" step diff
refuses 1 'unknown option "--nope"' step diff --nope one
refuses 1 '--format: expected table or json, got "yaml"' step diff -f yaml one
refuses 1 'is no container ID' step diff ../one
refuses 1 'container "nobody" does not exist' step diff nobody
refuses 1 'container "nobody" does not exist' step commit nobody image
refuses 1 "commit: a container's ID and the new image's name are needed" step commit one
refuses 1 "--pause: expected true or false" step commit --pause=maybe one image
mkdir -p "$root/plain"
sed -e 's/"id":"one"/"id":"plain"/' -e 's/"annotations":.*}}/"annotations":{}}}/' "$root/one/state.json" > "$root/plain/state.json"
refuses 1 'container "plain" has no image: nothing tells what it changed in' step diff plain
hints 'run IMAGE'
refuses 1 'container "plain" has no image' step commit plain image
record lost
refuses 1 "container \"lost\" has lost its files: $store/containers/lost is gone" step diff lost
hints 'delete --force lost'
refuses 1 'has lost its files' step commit lost image
mkdir -p "$root/half"
refuses 1 'container "half"' step commit half image

# Of the image tool: its own line, its own name.
refuses_fetch() {
  local text=$1 before
  shift
  before=$(find "$store" -path "$store/.workshop" -prune -o -printf '%p %s %T@\n' | sort | sha256sum)
  try "$@"
  ends_with 1
  [[ -z $out ]] || fail "an error, and yet output$(seen)"
  [[ ${err%%$'\n'*} == "rootfs-fetch: "*"$text"* ]] || fail "expected: rootfs-fetch: … $text$(seen)"
  (( $(wc -l <<< "$err") <= 2 )) || fail "more than a line and a hint$(seen)"
  [[ $before == "$(find "$store" -path "$store/.workshop" -prune -o -printf '%p %s %T@\n' | sort | sha256sum)" ]] ||
    fail "a refusal changed the store$(seen)"
  [[ $(fetch list -q) == busybox ]] || fail "a refusal made an image: $(fetch list -q)"
}
refuses_fetch '"../x" is not an image'"'s name" step commit one ../x
refuses_fetch '"" is not an image'"'s name" step commit one ''
refuses_fetch '--change "MAINTAINER me": "MAINTAINER" can'"'t be changed" step commit -c 'MAINTAINER me' one image
hints 'CMD ENTRYPOINT ENV'
refuses_fetch '--change "ENV": expected a value' step commit -c ENV one image
refuses_fetch '--change "ENV A": expected NAME=VALUE' step commit -c 'ENV A' one image
refuses_fetch 'is not closed' step commit -c 'ENV A="x' one image
refuses_fetch 'expected PORT[/tcp|udp|sctp], got "99999"' step commit -c 'EXPOSE 99999' one image
refuses_fetch 'expected PORT[/tcp|udp|sctp], got "80/icmp"' step commit -c 'EXPOSE 80/icmp' one image
refuses_fetch '"SIGNOPE" is no signal' step commit -c 'STOPSIGNAL SIGNOPE' one image
refuses_fetch '--change "CMD [7]": the list: words[0]: expected a string, got 7' step commit -c 'CMD [7]' one image
refuses_fetch 'add-layer: expected FOLDER NAME' fetch add-layer --base busybox
refuses_fetch 'add-layer: --base is missing' fetch add-layer "$upper" image
refuses_fetch 'no image "nothing"' fetch add-layer --base nothing "$upper" image
refuses_fetch 'No such file or directory' fetch add-layer --base busybox "$PWD/nothing" image
refuses_fetch 'SOURCE_DATE_EPOCH: expected seconds' env SOURCE_DATE_EPOCH=x rootfs-fetch add-layer --base busybox "$upper" image

# What no layer can hold.
touch "$upper/.wh.etc"
refuses_fetch '".wh.etc" can'"'t be put into an image" step commit one image
rm "$upper/.wh.etc"
mknod "$upper/$(printf '%0254d' 0)" c 0 0
refuses_fetch 'its name is too long to say so' step commit one image
rm "$upper/$(printf '%0254d' 0)"
python3 - "$upper" <<'DEEP'
import os, sys
os.chdir(sys.argv[1])
for i in range(5000):
    os.mkdir("deep")
    os.chdir("deep")
DEEP
refuses_fetch 'is nested so deep' step commit one image
busybox rm -rf "$upper/deep" 2> /dev/null || python3 - "$upper" <<'FLAT'
import os, sys
os.chdir(sys.argv[1])
while os.path.isdir("deep/deep"):
    os.rename("deep/deep", "next")
    os.rmdir("deep")
    os.rename("next", "deep")
os.rmdir("deep")
FLAT
python3 -c "import os; os.setxattr('$upper/file', 'trusted.overlay.metacopy', b'')"
refuses_fetch 'trusted.overlay.metacopy: what it means lies elsewhere' step commit one image
rm "$upper/file"

# Without the image tool, and with one that is killed.
mkdir alone
cp "/run/test/bin/$newest" alone
refuses 1 'which is neither beside this program nor on PATH' \
  env PATH=/usr/bin:/bin LOCKSTEP_STORE="$store" "$PWD/alone/$newest" --root "$root" commit one image
hints 'make build'
printf '#!/bin/sh\nkill -9 $$\n' > alone/rootfs-fetch
chmod 755 alone/rootfs-fetch
refuses 1 'was killed by SIGKILL' env LOCKSTEP_STORE="$store" "$PWD/alone/$newest" --root "$root" commit one image
finish
