#!/bin/bash
# Layers of other users' files, unpacked by an ordinary user: with subordinate ids they belong to those; without, all is
# the caller's, and one sentence says what was lost. In a mount namespace with an /etc of its own.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
(( EUID == 0 )) || { echo "skipped: only root can be another user"; exit 77; }
command -v newuidmap > /dev/null || { echo "skipped: no newuidmap here (apt-get install uidmap)"; exit 77; }
if [[ ${1-} != inside ]]; then
  in_mounts "$0" inside
  exit
fi
uid=64999
cd "$temporary"
cp -a /etc etc
mount --bind etc /etc
sed -i '/^learner:/d' /etc/passwd
echo "learner:x:$uid:$uid::$temporary/home:/bin/sh" >> /etc/passwd
cp "$fetch" rootfs-fetch
fetch=$temporary/rootfs-fetch
mkdir home source
chown $uid:$uid home
as_user() { setpriv --reuid $uid --regid $uid --clear-groups env -u LOCKSTEP_STORE HOME="$temporary/home" "$@"; }
store=$temporary/home/.local/share/lockstep
layer_of() { echo "$store/layers/sha256/$(as_user "$fetch" inspect "$1" | sed -n 's/^  diff id: *sha256://p')"; }

cd source
echo root > roots
echo other > others
chown 1000:2000 others
chmod 4755 others
mkdir closed
echo secret > closed/file
chown -R 33:33 closed
chmod 700 closed
echo far > far
chown 3000000:5 far
chmod 2755 far
mknod null c 1 3
mkfifo pipe
cd ..
tar -C source -cf layer.tar .

echo "learner:100000:65536" > /etc/subuid
echo "learner:200000:65536" > /etc/subgid
as_user "$fetch" import layer.tar mapped > "$said/out" 2> "$said/err" || fail "import: $(< "$said/err")"
layer=$(layer_of mapped)
owner() { stat -c '%u:%g %a' "$layer/$1"; }
[[ $(owner roots) == "$uid:$uid 644" ]] || fail "root's file: $(owner roots)"
[[ $(owner others) == "100999:201999 4755" ]] || fail "another's: $(owner others)"
[[ $(owner closed) == "100032:200032 700" && $(owner closed/file) == "100032:200032 644" ]] || fail "a closed folder: $(owner closed)"
[[ $(owner far) == "165533:200004 755" ]] || fail "without a number, nobody's and without set-gid: $(owner far)"
[[ -p $layer/pipe && ! -e $layer/null ]] || fail "the pipe, or the node"
[[ $(< "$said/err") == '(not root: "far" is another user'*$'\n''(not root: "null" is a device node, and left out'* ]] ||
  fail "what was lost: $(< "$said/err")"
[[ $(wc -l < "$said/err") == 2 ]] || fail "more is said: $(< "$said/err")"

# A plain folder is the caller's, who could else not remove it.
succeeds as_user "$fetch" export mapped home/out
[[ -z $(find home/out ! -uid $uid) ]] || fail "an export that is not the user's"
succeeds as_user rm -r home/out
if command -v python3 > /dev/null && [[ -x $LOCKSTEP_BUILD/step09 ]]; then
  succeeds as_user "$fetch" bundle mapped home/bundle
  [[ -z $(find home/bundle ! -uid $uid) ]] || fail "a bundle that is not the user's"
fi

# And goes again, with what is others' in it.
succeeds as_user "$fetch" rm mapped
[[ -z $(find "$store/layers" "$store/blobs" "$store/.workshop" "$store/.incoming" -mindepth 2) ]] || fail "rm left $(find "$store")"

rm /etc/subuid /etc/subgid
as_user "$fetch" import layer.tar single > "$said/out" 2> "$said/err" || fail "import: $(< "$said/err")"
layer=$(layer_of single)
[[ -z $(find "$layer" ! -uid $uid) ]] || fail "single: not the user's: $(find "$layer" ! -uid $uid)"
[[ $(< "$said/err") == "(not root: 4 files are others' in the image, and yours or nobody's here, "*"a device node, and left out"* ]] ||
  fail "what was lost: $(< "$said/err")"
umount /etc
finish
