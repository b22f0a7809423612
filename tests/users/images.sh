#!/bin/bash
# Images of an ordinary user with subordinate ids: what a container's users wrote belongs, on disk, to nobody
# that its maker is. diff, commit, rm and the store's own clearing reach it all the same.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/learner.sh"
[[ $("$newest" run --help) == *--entrypoint* ]] || skip "no step has images"
command -v rootfs-fetch > /dev/null || skip "rootfs-fetch was not built"
export LOCKSTEP_STORE=/run/test/home/store
inside() { as_user "$newest" run "$@"; }
as_user rootfs-fetch busybox -q > /dev/null

# Users of the container's own write where only they may look.
shows "0 1000" --id other busybox sh -c 'mkdir /data; chown 1000:1000 /data; chmod 700 /data; echo $(id -u) $(stat -c %u /data)'
succeeds inside --id x busybox sh -c '
  mkdir -p /data/private; echo secret > /data/private/of-alice; echo of-root > /root/closed; rm /bin/vi
  chown 5:6 /data/private/of-alice; chown -R 1000:1000 /data; chown 5:6 /data/private/of-alice
  chmod 700 /data/private /data; chmod 0 /root/closed; chown 7 /tmp'
upper=$LOCKSTEP_STORE/containers/x/upper
[[ $(owner "$upper/data") == 100999:200999 ]] || fail "expected a subordinate id's: $(owner "$upper/data")"
try as_user ls "$upper/data"
ends_with 2

succeeds as_user "$newest" diff x
prints $'C /bin\nD /bin/vi\nA /data\nA /data/private\nA /data/private/of-alice\nC /root\nA /root/closed\nC /tmp'
succeeds as_user "$newest" diff --format json other
prints '[{"change":"A","path":"/data"}]'

# A commit has the ids that the container sees, and a container of the new image sees them again.
succeeds as_user "$newest" commit x new
look='stat -c "%u:%g %a %n" /data /data/private /data/private/of-alice /root/closed /tmp /bin; ls /bin/vi 2>&1'
seen=$'1000:1000 700 /data\n1000:1000 700 /data/private\n5:6 644 /data/private/of-alice\n0:0 0 /root/closed\n7:0 1777 /tmp\n0:0 755 /bin\nls: /bin/vi: No such file or directory'
try inside --rm new sh -c "$look"
[[ $out == "$seen" ]] || fail "expected: $seen$(seen)"
shows secret --rm --user 5 --workdir / new sh -c 'echo secret' # a user who is no root gets in as well
tar --list --verbose --numeric-owner --file "$(find "$LOCKSTEP_STORE/blobs" -newer "$upper" -size -30k -type f \
  -exec sh -c 'tar --list --file "$1" > /dev/null 2>&1' _ {} \; -print)" > listing
grep -q ' 5/6 .* data/private/of-alice' listing || fail "expected 5/6 as the owner in the layer: $(cat listing)"

# keep-id: who made the container is who they are; the store keeps being theirs.
# The image's files are its root's, who is a subordinate id then: a copy of them.
copied="(no overlay can be had here, so the image's layers are copied: without root only a copy can belong to the container's root)"
whose='stat -c %u:%g / /etc/passwd /bin/su /root; stat -c %u /tmp/mine; id -u; touch /etc/mine 2>&1'
try inside --userns keep-id --id kept busybox sh -c "mkdir /tmp/mine; $whose"
ends_with 1
[[ $err == "$copied" ]] || fail "expected the one line$(seen)"
[[ $out == $'0:0\n0:0\n0:0\n0:0\n1234\n1234\n'*'Permission denied' ]] || fail "expected the image to be its root's$(seen)"
[[ $(owner "$LOCKSTEP_STORE/containers/kept/merged/etc") == 100000:200000 ]] || fail "expected the first subordinate id's"
succeeds as_user "$newest" diff kept
[[ $out == $'C /tmp\nA /tmp/mine' ]] || fail "diff$(seen)"
succeeds as_user "$newest" commit kept mine
try inside --rm --userns keep-id mine sh -c "$whose"
[[ $out == $'0:0\n0:0\n0:0\n0:0\n1234\n1234\n'*'Permission denied' ]] || fail "expected the new image to be its root's$(seen)"
try inside --rm --userns keep-id --user root mine sh -c 'touch /etc/roots; stat -c %u /etc/roots'
[[ $status == 0 && $out == 0 ]] || fail "its root can't write$(seen)"
try inside --id empty --userns keep-id new true
ends_with 0
succeeds as_user "$newest" diff empty
[[ -z $out ]] || fail "changes in a container that has changed nothing$(seen)"
refuses 1 "container \"kept\" is uid 1234's" "$newest" --root /tmp/lockstep-1234 diff kept
[[ -z $(find "$LOCKSTEP_STORE/blobs" ! -user learner) ]] || fail "blobs of another user: $(find "$LOCKSTEP_STORE/blobs" ! -user learner)"

# A container whose state was lost, as after a reboot: its files give way to those of the next one of that ID.
rm -r /tmp/lockstep-1234/x
shows 0 --id x busybox id -u

# Nothing stays: neither of the containers nor of the image, whose layer has folders of those users.
succeeds as_user "$newest" rm x other kept empty
as_user "$newest" list --quiet | while read -r id; do as_user "$newest" rm "$id" > /dev/null; done
[[ -z $(ls "$LOCKSTEP_STORE/containers") ]] || fail "left: $(ls -lR "$LOCKSTEP_STORE/containers")"
succeeds as_user rootfs-fetch rm new
succeeds as_user rootfs-fetch rm mine
succeeds as_user rootfs-fetch rm busybox
[[ -z $(find "$LOCKSTEP_STORE/layers" "$LOCKSTEP_STORE/blobs" -mindepth 2) ]] || fail "left: $(find "$LOCKSTEP_STORE" -mindepth 2)"

# A killed unpacking of such files leaves folders that the store's next user can clear.
as_user rootfs-fetch busybox -q > /dev/null
workshop=$LOCKSTEP_STORE/.workshop
mkdir -m 755 "$workshop/staged0"
mkdir -m 700 "$workshop/staged0/of-alice"
touch "$workshop/staged0/of-alice/file"
chown learner: "$workshop/staged0"
chown -R 100999:200999 "$workshop/staged0/of-alice"
try as_user rootfs-fetch rm busybox
ends_with 0
[[ -z $err && -z $(ls "$workshop") ]] || fail "left: $(ls -lR "$workshop")$(seen)"
finish
