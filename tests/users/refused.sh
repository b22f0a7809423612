#!/bin/bash
# Bad input for each flag: one line that names the flag, and nothing was made.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/lib.sh"
inside true
before=$(snapshot)

for text in "" : :0 0: a:b:c "two words" a/b a,b $'a\nb' ::; do
  refuses 125 '--user: expected NAME or ID' inside --user "$text" true
  refuses 125 '--user: expected NAME or ID' "$newest" exec --user "$text" x true
done
for text in "" : a:b "two words" a/b a,b; do
  refuses 125 '--group-add: expected a group' inside --group-add "$text" true
done
for text in "" foo HOST host:x private:uid=1 auto container:x ns:/proc/1/ns/user; do
  refuses 125 '--userns: expected private, host or keep-id' inside --userns "$text" true
done
for text in keep-id: keep-id:x keep-id:uid= keep-id:uid=-1 keep-id:uid=1,gid=x keep-id:pid=1; do
  refuses 125 '--userns: keep-id: expected uid=NUMBER or gid=NUMBER' inside --userns "$text" true
done
for flag in uidmap gidmap; do
  for text in "" 0 0: 0:1: :1:1 0:1:0 0:1:1:1 a:b:c -1:0:1 0:-1:1 0:1:-1 0:0:4294967296 4294967295:0:1 0:4294967294:2 \
              0x0:1:1 "0 1 1" 0:1:1.5; do
    refuses 125 "--$flag: expected CONTAINER:HOST:SIZE" inside --$flag "$text" true
  done
  for mode in host keep-id; do
    refuses 125 "--uidmap, --gidmap: not with --userns $mode" inside --userns $mode --$flag 0:1:1 true
  done
done
refuses 125 'overlap' inside --uidmap 0:1000:100 --uidmap 99:5000:1 true
refuses 125 'overlap' inside --uidmap 0:1000:100 --uidmap 100:1099:1 true
refuses 125 'the container'"'"'s root, 0, is not mapped' inside --uidmap 1:1000:100 true
refuses 125 "--userns keep-id: as root" inside --userns keep-id true
for flag in user group-add userns uidmap gidmap; do
  refuses 125 "--$flag: " inside --$flag
done
mkdir volume
refuses 125 'with --userns host there are no ids to map' inside --userns host --volume "$PWD/volume:/data:idmap" true
refuses 125 'only a bind mount can be id-mapped' inside --tmpfs /data:idmap true
mount -t tmpfs shared volume
refuses 125 'nothing that is mounted in a user namespace can appear on the host' inside --volume "$PWD/volume:/data:rshared" true
hints '--userns host'
umount volume
refuses 125 'the source "/no/such"' inside --volume /no/such:/data true
hints 'must exist on the host'
# More ranges than the kernel takes.
many=()
for (( i = 0; i < 341; ++i )); do many+=(--uidmap "$i:$((1000 + 2 * i)):1"); done
refuses 125 'uid_map' inside "${many[@]}" true
hints 'at most 340'
unchanged "$before" "all of that"

# Earlier steps say which lesson brings it.
refuses 125 'id-mapped mounts come with lesson 06' step03 run --rootfs "$rootfs" --volume "$PWD/volume:/data:idmap" true
finish
