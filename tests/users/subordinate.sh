#!/bin/bash
# An ordinary user with subordinate ids: newuidmap and newgidmap write the maps.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/learner.sh"
inside() { as_user "$newest" run --rootfs "$rootfs" "$@"; }
maps='for kind in uid gid; do tr -s " " < /proc/self/${kind}_map | sed "s/^ //" | tr "\n" ";"; echo; done'

# The user is root inside, and the subordinate ids are all others.
shows $'0 1234 1;1 100000 1000;1001 300000 64535;\n0 1234 1;1 200000 65535;' sh -c "$maps"
mkdir volume
chmod 1777 volume "$rootfs/tmp"
chown learner: volume
shows "0:0" --volume "$PWD/volume:/data" sh -c 'touch /data/root; stat -c %u:%g /data/root'
shows "1000" --user alice --volume "$PWD/volume:/data" sh -c 'touch /data/alice; id -u'
[[ $(owner volume/root) == 1234:1234 ]] || fail "expected the user's own: $(owner volume/root)"
[[ $(owner volume/alice) == 100999:200999 ]] || fail "expected a subordinate id's: $(owner volume/alice)"
shows "5 29 44" --user alice --group-add tty sh -c 'echo $(grep ^Groups: /proc/self/status | cut -f 2-)'
rm volume/root
shows "" --volume "$PWD/volume:/data" rm /data/alice

# keep-id: the user is who they are.
shows $'0 100000 1000;1000 300000 234;1234 1234 1;1235 300234 64302;\n0 200000 1234;1234 1234 1;1235 201234 64302;' \
  --userns keep-id sh -c "$maps"
shows "1234:1234" --userns keep-id --volume "$PWD/volume:/data" sh -c 'touch /data/mine; stat -c %u:%g /data/mine'
[[ $(owner volume/mine) == 1234:1234 ]] || fail "expected the user's own: $(owner volume/mine)"
shows "1000:1000" --userns keep-id:uid=1000,gid=1000 sh -c 'echo $(id -u):$(id -g)'
shows "0" --userns keep-id --user root id -u
shows "0" --userns keep-id:uid=0,gid=0 id -u

# What isn't given can't be had.
shows $'0 100000 10;\n0 200000 10;' --uidmap 0:100000:10 --gidmap 0:200000:10 sh -c "$maps"
refuses 125 'newuidmap' inside --uidmap 0:500000:10 --gidmap 0:200000:10 true
hints '/etc/subuid must give learner these ids'
refuses 125 'newgidmap' inside --uidmap 0:100000:10 true
refuses 125 'newuidmap' inside --uidmap 0:0:1 --gidmap 0:200000:1 true
refuses 125 'without root a container needs a user namespace of its own' inside --userns host true
refuses 125 'only root may map the ids' inside --volume "$PWD/volume:/data:idmap" true
refuses 125 'to keep 70000 it takes 70000 subordinate ids, and /etc/subuid gives learner 65536' \
  inside --userns keep-id:uid=70000 true

# A folder that the container's root may not search is named.
mkdir private
chmod 700 private
cp -a "$rootfs" private/rootfs
chown learner: private
try as_user "$newest" run --rootfs private/rootfs --uidmap 0:100000:10 --gidmap 0:200000:10 true
ends_with 125
says 'private" may not be searched by uid 0, which is uid 100000 outside'

# Its life: others' ids are no obstacle to the one whose container it is.
succeeds inside --detach --id x --user alice sleep 1000
succeeds as_user "$newest" ps x
prints "sleep 1000"
for who in "" "--user root" "--user 4000:5"; do
  # shellcheck disable=SC2086
  succeeds as_user "$newest" exec $who x sh -c 'echo $(id -u):$(id -g) $HOME'
done
prints "4000:5 /"
try as_user "$newest" exec --tty=true --user alice x sh -c 'stat -c %u $(tty)'
prints 1000
succeeds as_user "$newest" kill x KILL
eventually sh -c "setpriv --reuid learner --regid learner --init-groups $newest list | grep -q stopped" || fail "x did not end"
succeeds as_user "$newest" delete x
succeeds inside --detach --id y --user alice sleep 1000
succeeds as_user "$newest" delete --force y

# Where the helpers can't do it, the map that takes none, and why.
try as_user setpriv --no-new-privs "$newest" run --rootfs "$rootfs" sh -c "$maps"
ends_with 0
[[ $out == $'0 1234 1;\n0 1234 1;' ]] || fail "expected the single id$(seen)"
says "(not root: uid 1234 is the container's root, and its only user; newuidmap could give it others, but not to a process with no_new_privs)"
finish
