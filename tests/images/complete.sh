#!/bin/bash
# All that a tar can say of a file comes through: GNU tar's three formats, unpacked by us and by GNU tar, are the same
# by name, type, mode, owner, link, size, time to the nanosecond, attribute, device and content; and what we pack is, too.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
(( EUID == 0 )) || { echo "skipped: owners and devices are root's to make"; exit 77; }
for program in setfattr setcap python3; do
  command -v "$program" > /dev/null || { echo "skipped: no $program here (apt-get install attr libcap2-bin python3)"; exit 77; }
done
cd "$temporary"

mkdir source
cd source
long=$(printf 'n%.0s' {1..150})/$(printf 'm%.0s' {1..120})
mkdir -p "$long" sticky
echo deep > "$long/file"
truncate -s 10M sparse
printf a | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
truncate -s 5M hole
echo linked > one
ln one two
ln -s "$(printf 'l%.0s' {1..300})" long-link
ln -s ../../../etc/passwd out
chown -h 5:6 out
mknod null c 1 3
mknod loop b 7 0
mkfifo pipe
echo owned > owned
chown 1000:2000 owned
echo large > large-ids
chown 3000000:3000001 large-ids
echo mode > mode
chmod 6755 mode
setcap cap_net_raw+ep mode
chmod 1777 sticky
touch "$(printf 'a\xffb')" ünï 'a b' $'new\nline'
touch -d '2021-03-04 05:06:07.123456789' time
touch -d '2100-01-01 00:00:00.5' future
touch -h -d '2020-01-01 00:00:00.25' long-link
echo user > attributes
setfattr -n user.plain -v text attributes
setfattr -n user.binary -v 0x00ff10 attributes
setfattr -n trusted.test -v t attributes
setfattr -n user.folder -v f sticky
setfattr -n system.posix_acl_access -v 0x0200000001000600ffffffff02000400d204000004000400ffffffff10000400ffffffff20000400ffffffff attributes
touch -d '2001-02-03 04:05:06.7' . sticky
cd ..

# facts FOLDER: all of it, a line a file.
facts() {
  python3 - "$1" <<'END'
import hashlib, os, stat, sys
top = os.fsencode(sys.argv[1])
for folder, folders, files in os.walk(top):
    for name in [b''] + files + [name for name in folders if os.path.islink(os.path.join(folder, name))]:
        path = os.path.join(folder, name) if name else folder
        s = os.lstat(path)
        content = hashlib.sha256(open(path, 'rb').read()).hexdigest()[:12] if stat.S_ISREG(s.st_mode) else ''
        target = os.readlink(path) if stat.S_ISLNK(s.st_mode) else b''
        attributes = {n: os.getxattr(path, n, follow_symlinks=False) for n in os.listxattr(path, follow_symlinks=False)}
        links = s.st_nlink if not stat.S_ISDIR(s.st_mode) else 0
        size = 0 if stat.S_ISDIR(s.st_mode) else s.st_size
        print(os.path.relpath(path, top), oct(s.st_mode), s.st_uid, s.st_gid, links, size, s.st_mtime_ns, s.st_rdev,
              target, content, sorted(attributes.items()))
END
}
same() { # A B
  diff <(facts "$1" | sort) <(facts "$2" | sort) > "$said/diff" || fail "$2 differs: $(head -5 "$said/diff")"
}

for format in pax gnu oldgnu; do
  attributes=()
  [[ $format != pax ]] || attributes=(--xattrs '--xattrs-include=*')
  tar -C source "--format=$format" --sparse "${attributes[@]}" -cf "$format.tar" .
  mkdir "by-tar.$format"
  tar -C "by-tar.$format" --xattrs '--xattrs-include=*' --numeric-owner -xpf "$format.tar"
  succeeds "$fetch" import "$format.tar" "$format"
  succeeds "$fetch" export "$format" "ours.$format"
  same "by-tar.$format" "ours.$format"
  layer=$LOCKSTEP_STORE/layers/sha256/$("$fetch" inspect "$format" | sed -n 's/^  diff id: *sha256://p')
  same "by-tar.$format" "$layer"
  [[ $(stat -c %b "$layer/sparse") -le 16 && $(stat -c %b "$layer/hole") -le 16 ]] || fail "$format: holes were filled"
done
same source ours.pax

# What we pack ourselves. (Before 1970, too, which GNU tar rounds.)
touch -d '1960-01-01 00:00:00.5' source/old
touch -d '2001-02-03 04:05:06.7' source
succeeds "$fetch" import source packed
succeeds "$fetch" export packed ours.packed
same source ours.packed
if command -v umoci > /dev/null; then
  succeeds umoci unpack --image "$LOCKSTEP_STORE:pax" by-umoci
  same by-umoci/rootfs ours.pax
fi
finish
