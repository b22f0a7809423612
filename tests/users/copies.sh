#!/bin/bash
# Where an image's layers must be copied, the copy is the container's own: as if its root had made all files. The
# same attributes as where they are joined; on disk nobody of the host's; to diff and commit no change.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/../overlay/lib.sh"
has_users "$newest" || skip "no step has users of its own"
command -v python3 > /dev/null || skip "there is no python3 to set attributes with"
first=1879048192

attributes='import os, struct, sys
capability = bytes.fromhex("0100000200200000000000000000000000000000")  # CAP_NET_RAW, effective
entry = lambda tag, perm, id=0xffffffff: struct.pack("<HHI", tag, perm, id)
access_list = struct.pack("<I", 2) + entry(1, 6) + entry(2, 6, 1000) + entry(4, 4) + entry(8, 4, 70000) + entry(16, 6) + entry(32, 4)
def set(name, attribute, value):
    try: os.setxattr(name, attribute, value)
    except OSError as error: print(attribute, error, file=sys.stderr); sys.exit(1)
set("tool", "security.capability", capability)
set("listed", "system.posix_acl_access", access_list)'
printf '%s' "$attributes" > /run/test/attributes.py
begin_image
add_layer 'mkdir -p data/deep alice; echo 1 > data/deep/file; cp bin/busybox tool; cp bin/busybox su; chmod 4755 su; echo 1 > listed
  echo 1 > strange; chown 70000:70000 strange; chmod 6755 strange; chown 1000:100 alice; chmod 700 alice; mknod null c 1 3; ln -s tool link
  python3 /run/test/attributes.py'
finish_image stack '{"Volumes":{"/data/deep":{},"/var/new":{}}}'
look='stat -c "%n %F %a %u:%g %s %Y" /tool /su /listed /strange /alice /null /link /bin /bin/busybox /data/deep /data/deep/file; stat -c "%a %u:%g" /var/new'
expected=$("$newest" run --rm stack sh -c "$look")
grep -q '^/strange .* 65534:65534' <<< "$expected" || fail "expected nobody's: $expected"

mkdir -p "$LOCKSTEP_STORE/containers" /run/test/layers/{upper,work,lower}
chmod 700 "$LOCKSTEP_STORE/containers"
mount -t overlay -o lowerdir=/run/test/layers/lower,upperdir=/run/test/layers/upper,workdir=/run/test/layers/work overlay "$LOCKSTEP_STORE/containers"
line="(no overlay can be had here, so the image's layers are copied: the store lies on an overlay itself)"
try "$newest" run --id x stack sh -c "$look; touch /data/deep/new /var/new/file && echo written"
ends_with 0
[[ $err == "$line" ]] || fail "expected the one line$(seen)"
# A program of who has no number is no program by which to become them.
[[ $out == "${expected/ 6755 65534/ 755 65534}"$'\nwritten' ]] || fail "the copy differs: $(diff <(echo "$expected") <(echo "$out"))"

merged=$LOCKSTEP_STORE/containers/x/merged
[[ -z $(find "$merged" "$LOCKSTEP_STORE/containers/x/volumes/"* \( -uid -$first -o -gid -$first \) -ls) ]] ||
  fail "some are the host's: $(find "$merged" \( -uid -$first -o -gid -$first \) -ls | head)"
attribute() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], sys.argv[2]).hex())' "$@"; }
[[ $(attribute "$merged/tool" security.capability) == 0100000300200000000000000000000000000000"00000070" ]] ||
  fail "the capabilities don't count for the container's root: $(attribute "$merged/tool" security.capability)"
[[ $(attribute "$merged/listed" system.posix_acl_access) == *"02000600e8030070"*"08000400feff0070"* ]] ||
  fail "the access list is the host's: $(attribute "$merged/listed" system.posix_acl_access)"

# (A folder that the runtime makes to mount at is one in the container's layer.)
try "$newest" diff x
[[ $status == 0 && $out == $'C /var\nA /var/new' && -z $err ]] || fail "a container that changed nothing has changes$(seen)"
try "$newest" commit x same
ends_with 0
succeeds "$newest" rm x
blob=$LOCKSTEP_STORE/blobs/sha256/$(rootfs-fetch inspect same | sed -n 's|^layer: *sha256:\([0-9a-f]*\).*|\1|p')
python3 - "$blob" <<'OWNERS' || fail "the layer doesn't have the container's ids"
import sys, tarfile
members = {member.name: member for member in tarfile.open(sys.argv[1])}
owners = {name: (member.uid, member.gid) for name, member in members.items()}
assert owners["su"] == (0, 0), owners["su"]
assert members["su"].mode == 0o4755, members["su"].mode
assert owners["alice"] == (1000, 100), owners["alice"]
assert owners["strange"] == (65534, 65534), owners["strange"]
assert max(map(max, owners.values())) == 65534, owners
records = members["tool"].pax_headers
value = [value for name, value in records.items() if name.endswith("security.capability")][0].encode("utf-8", "surrogateescape")
assert value.hex() == "0100000200200000000000000000000000000000", value.hex()
OWNERS

# The container's root may do what root may, and what it does is told.
try "$newest" run --id y stack sh -c 'echo x >> /etc/passwd; chown 1000 /listed; rm /su; touch /alice/file; chmod 4755 /tool; mkdir /new'
ends_with 0
try "$newest" diff y
[[ $out == $'C /alice\nA /alice/file\nC /etc\nC /etc/passwd\nC /listed\nA /new\nD /su\nC /tool\nC /var\nA /var/new' ]] || fail "diff$(seen)"
succeeds "$newest" rm y
no_sandboxes "copies"

# Where ids alone can't be mapped, the same.
umount "$LOCKSTEP_STORE/containers"
try without-helper mount_setattr -- "$newest" run --rm stack sh -c "$look"
[[ $out == "${expected/ 6755 65534/ 755 65534}" ]] || fail "the copy differs: $(diff <(echo "$expected") <(echo "$out"))$(seen)"
says "the image's layers are copied"
finish
