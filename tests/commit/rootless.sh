#!/bin/bash
# As an ordinary user: diff and commit see the container's files as the container does (its root's are
# root's), also those that are closed to their owner, and what they make is the user's.
set -euo pipefail
. "$(dirname "$0")/../rootless/lib.sh"
. "$(dirname "$0")/lib.sh"
store=/run/test/home/store
root=/run/test/home/state
owner=$uid
as() { as_user "$@"; }
try fetch busybox
ends_with 0
[[ $(as_user stat -c %U "$store") == learner ]] || fail "the store is not the user's"

# A container's mount namespace, as the user's steps make it: what is done in it is done as its root.
layer=$(top_layer busybox)
folder=$store/containers/one
as_user mkdir -p "$folder"/{upper,work,merged}
layers_of busybox > "$folder/layers"
printf '%s\n' busybox "$(manifest_of busybox)" > "$folder/image"
record one
chown -R learner: "$root" "$folder"
scripts=/run/test/scripts  # where the user may read them, wherever the sources are
install -D -m 644 -t $scripts "$here"/*.py
cat > inside.sh <<'INSIDE'
set -e
again() { mount -t overlay overlay "$1/merged" -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work,userxattr"; }
again "$@"
python3 "$3/change.py" "$1/merged" --user
rm "$1/merged/tmp/sock"
echo secret > "$1/merged/closed-file"
mkdir -p "$1/merged/closed/inner"
chmod 0 "$1/merged/closed-file" "$1/merged/closed"
python3 -c "import os; os.setxattr('$1/merged/new/set-uid', 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))"
umount "$1/merged"  # until then a file that was copied up shows its old inode's number
again "$@"
python3 "$3/tree.py" "$1/merged" > "$4/seen"
python3 "$3/tree.py" --changes "$5" "$1/merged" > "$4/expected"
INSIDE
fetch export -q busybox /run/test/home/base
as_user unshare --user --map-root-user --mount bash inside.sh "$folder" "$layer" "$scripts" "$PWD" /run/test/home/base

succeeds as_user test -s seen -a -s expected
try step diff one
[[ $status == 0 && -z $err ]] || fail "diff$(seen)"
differences=$(diff <(grep -v '"' expected) <(grep -v '"' <<< "$out")) || fail "diff:"$'\n'"$differences"
grep -qx 'C /usr/sbin' <<< "$out" || fail "an opaque folder is missed$(seen)"

try step commit one image
[[ $status == 0 && -z $err ]] || fail "commit$(seen)"
[[ $out == "$(manifest_of image)" ]] || fail "commit prints another digest$(seen)"
[[ -z $(find "$store" ! -user learner) ]] || fail "not the user's: $(find "$store" ! -user learner | head -3)"

# The layer has the container's view.
python3 - "$(blob_of_top image)" <<'OWNERS' || fail "the layer's owners are not the container's"
import sys, tarfile
members = tarfile.open(sys.argv[1]).getmembers()
assert len(members) > 30, len(members)
assert all((m.uid, m.gid) == (0, 0) for m in members), [m.name for m in members if m.uid or m.gid][:3]
OWNERS

# In the next container all is as it was, and so it is exported, but for the capability: only a container's
# root can give one, which is not the machine's.
inside_view() { as_user unshare --user --map-root-user --mount "$@"; }
mkdir -p "$folder/next"/{upper,work,merged}
touch -d "@$(stat -c %.9Y "$(top_layer image)")" "$folder/next/upper"
chmod --reference "$(top_layer image)" "$folder/next/upper"
chown -R learner: "$folder/next"
touch -d "@$(stat -c %.9Y "$(top_layer image)")" "$folder/next/upper"
cat > view.sh <<'VIEW'
set -e
mount -t overlay overlay "$1/merged" -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work,userxattr"
python3 "$3/tree.py" "$1/merged"
VIEW
inside_view bash view.sh "$folder/next" "$(layers_of image | paste -s -d :)" "$scripts" > mounted
same_trees "the layers, mounted" seen mounted
grep -q '"security.capability": "0100000200200000' mounted || fail "the capability is lost in the next container"
try fetch export image /run/test/home/out
ends_with 0
inside_view python3 "$scripts/tree.py" /run/test/home/out > exported
sed 's/"security.capability": "[0-9a-f]*"//' seen > seen-exported
same_trees "exported" seen-exported exported
inside_view python3 "$scripts/tree.py" "$store/rootfs/image" > rootfs-now
same_trees "the rootfs" seen rootfs-now

# Another user's container is not for this one to commit.
owner=0
root=/run/test/state
store=/run/test/store
try env LOCKSTEP_STORE=$store rootfs-fetch busybox
record two
refuses 1 "" step commit two image
finish
