#!/bin/bash
# diff names every change, and nothing else: as a comparison of both trees finds them that knows nothing of
# overlayfs's marks. Hostile names stay on their line; folders may be nested deeper than any path.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
succeeds fetch busybox
fetch export -q busybox base

# same_diff ID OLD NEW: diff says what the comparison of the folders OLD and NEW finds.
same_diff() {
  local differences
  python3 "$here/tree.py" --changes "$2" "$3" > expected
  [[ -s expected ]] || fail "$1: nothing was changed to be found"
  try step diff "$1"
  [[ $status == 0 && -z $err ]] || fail "diff $1$(seen)"
  # What either quotes, it quotes in its own way: compared by their number.
  differences=$(diff <(grep -v '"' expected) <(grep -v '"' <<< "$out")) || fail "diff $1:"$'\n'"$differences"
  [[ $(grep -c '"' expected) == $(grep -c '"' <<< "$out") ]] ||
    fail "diff $1: quoted names are missing: $(grep '"' <<< "$out")"
}

# Every kind of change.
sandbox one busybox
succeeds step diff one
[[ -z $out ]] || fail "changes in a container that has changed nothing$(seen)"
python3 "$here/change.py" "$merged"
rm "$merged/tmp/sock"
same_diff one base "$merged"
for line in 'D /bin/ls' 'C /bin/cat' 'A /bin/cat/inner' 'C /root' 'C /sys' 'C /home' 'D /var/log' 'C /usr/sbin' \
  'C /usr' 'D /usr/sbin/chroot' 'A /new/deep/down/file' 'C /bin/busybox' 'A /tmp/é' 'A "/tmp/\x1b[2Jclear"' \
  'A "/tmp/line\nfeed"' 'A "/tmp/\xff\xfe"' 'A "/tmp/a\\b\"c"' 'A "/tmp/\n/\t"' 'A /tmp/*' 'A /tmp/ '; do
  grep -qxF -- "$line" <<< "$out" || fail "no line \"$line\"$(seen)"
done
[[ $out != *$'\e'* ]] || fail "an escape sequence went to the terminal"
umount "$merged"
mounted=$out
succeeds step diff one
[[ $out == "$mounted" ]] || fail "another diff when it is not mounted$(seen)"

# As JSON: the same, and JSON.
table=$out
succeeds step diff -f json one
python3 -c '
import json, sys
changes = json.loads(sys.argv[1])
lines = sys.argv[2].split("\n")
assert len(changes) == len(lines), (len(changes), len(lines))
for change, line in zip(changes, lines):
    assert sorted(change) == ["change", "path"] and change["change"] == line[0], (change, line)
    assert change["path"] == line[2:] or line[2] == "\"", (change, line)
' "$out" "$table" || fail "the JSON is not what the table shows$(seen)"

# On top of an image with whiteouts and opaque folders of its own.
try step commit one first
ends_with 0
fetch export -q first base-first
sandbox two first
succeeds step diff two
[[ -z $out ]] || fail "changes in a new container of the image$(seen)"
mkdir "$merged/var/log" "$merged/home2"
echo x > "$merged/usr/sbin/chroot"
rm -r "$merged/new/deep" "$merged/bin/cat"
echo x > "$merged/bin/cat"
echo x >> "$merged/new/also-late"
chmod 700 "$merged/usr/sbin"
rm "$merged/home"
mkdir "$merged/home"
python3 -c "import os; os.setxattr('$merged/run', 'user.on-a-folder', b'1')"
same_diff two base-first "$merged"
grep -qx 'C /run' <<< "$out" || fail "a folder's new attribute is no change$(seen)"
umount "$merged"

# The root's own mode.
sandbox three busybox
chmod 700 "$merged"
succeeds step diff three
[[ $out == "C /" ]] || fail "the root's mode$(seen)"

# Deeper than a path can be long, and than there are descriptors.
python3 - "$merged" <<'DEEP'
import os, sys
os.chdir(sys.argv[1])
for i in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("end", "w").close()
DEEP
try step diff three
ends_with 0
[[ $(grep -c '^A ' <<< "$out") == 3001 ]] || fail "not all of 3000 folders in one another: $(grep -c '^A ' <<< "$out")"
[[ $(tail -1 <<< "$out") == *d/d/end ]] || fail "the innermost file is missing"
umount "$merged"

# Links lead nowhere: neither in the upper folder nor in a layer.
sandbox four busybox
umount "$merged"
mkdir "$PWD/outside"
touch "$PWD/outside/victim"
ln -s "$PWD/outside" "$upper/link"
ln -s / "$upper/etc"
try step diff four
ends_with 0
[[ $out == $'C /etc\nA /link' ]] || fail "a link in the upper folder was followed$(seen)"

# Whiteouts and opaque folders in the other forms that overlayfs knows.
sandbox five busybox
umount "$merged"
mkdir "$upper/var" "$upper/etc"
touch "$upper/etc/group" "$upper/bin-is-a-file" "$upper/no-such-file"
mknod "$upper/never-there" c 0 0
python3 - "$upper" <<'MARKS'
import os, sys
os.setxattr(sys.argv[1] + "/etc", "trusted.overlay.opaque", b"x")
os.setxattr(sys.argv[1] + "/etc/group", "trusted.overlay.whiteout", b"")
os.setxattr(sys.argv[1] + "/no-such-file", "trusted.overlay.whiteout", b"")
os.setxattr(sys.argv[1] + "/var", "trusted.overlay.opaque", b"y")
MARKS
try step diff five
ends_with 0
[[ $out == $'A /bin-is-a-file\nC /etc\nD /etc/group\nC /var\nD /var/log\nD /var/run\nD /var/tmp' ]] ||
  fail "marks that are attributes$(seen)"
python3 -c "import os; os.setxattr('$upper/var', 'trusted.overlay.redirect', b'/usr')"
try step diff five
ends_with 1
says 'redirect'
hints 'redirect_dir'

# 300 layers: each a file of its own and a whiteout for the one before.
sandbox six busybox
umount "$merged"
for n in {1..300}; do
  mkdir -p "$store/many/$n"
  touch "$store/many/$n/of-$n"
  mknod "$store/many/$n/of-$((n - 1))" c 0 0
done
{ for n in {300..1}; do echo "$store/many/$n"; done; layers_of busybox; } > "$store/containers/six/layers"
touch "$upper/of-299" "$upper/of-300" "$upper/of-7"
chmod --reference "$store/many/300" "$upper"
succeeds step diff six
[[ $out == $'A /of-299\nC /of-300\nA /of-7' ]] || fail "300 layers$(seen)"
finish
