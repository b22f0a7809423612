#!/bin/bash
# copies.sh root|rootless: where the store lies on an overlay, so that no overlay can be mounted on it, the layers are
# copied: a container finds the same, and one line says so.
# shellcheck disable=SC2154,SC2016  # try's variables; what the containers' shells expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
begin_image
add_layer 'mkdir -p data/deep other a/b; for f in data/gone data/changed data/deep/file other/file plain a/b/f; do echo 1 > $f; done
  ln data/changed data/hard; echo 1 > data/one; ln data/one other/../data/two; ln -s /etc/passwd data/link; mkfifo data/pipe; chmod 4751 data/deep/file; chmod 1777 other
  truncate -s 100M data/sparse; touch -d @12345 data/link -h data/deep/file; touch -d @23456 a/b'
add_layer 'rm data/gone; echo 2 > data/changed; rm -rf other; mkdir -m 711 other; echo 2 > other/new; rm plain; mkdir plain; touch a/b2'
add_layer 'rm -rf plain a/b; ln -s /etc a/b; chmod 700 data'
has_nodes=""
if [[ ${1:-root} == root ]] && unshare --mount sh -c "mount -t tmpfs x /mnt && mknod /mnt/x c 1 3" 2> /dev/null; then
  has_nodes=1
  add_layer 'mknod data/null c 1 3; chmod 640 data/null; chown 1234:2345 data/null data/deep/file'
fi
finish_image stack '{"Volumes":{"/data/deep":{}}}'
# A folder nested deeper than a path can be long, or than descriptors last.
begin_image
add_layer 'mkdir d; echo bottom > d/file; for i in {1..700}; do mkdir above; mv d above/d; mv above d; done'
finish_image deep '{}'

# What find sees; without what the runtime puts there.
list='cd /; find bin data other a etc usr \( -path data/deep -o -path etc/host\* -o -path etc/localtime -o -path etc/resolv.conf \) -prune -o -exec stat -c "%n %F %a %u:%g %s %Y %N %t,%T" {} \; | sed -E "s/^(.* directory [0-9]+ [0-9:]+) [0-9]+ /\1 /" | sort'
expected=$(as_who "$newest" run "${once[@]}" stack sh -c "$list" 2> /dev/null)
[[ $(wc -l <<< "$expected") -gt 200 ]] || fail "the listing has only: $expected"

# The containers' folders on an overlay, where there can be no other one. (The layers not: no whiteout can be put there.)
ordinary=$LOCKSTEP_STORE
as_who mkdir -p -m 700 "$ordinary/containers"
mkdir -p /run/test/layers/{upper,work,lower} /run/test/over
mount -t overlay -o lowerdir=/run/test/layers/lower,upperdir=/run/test/layers/upper,workdir=/run/test/layers/work overlay "$ordinary/containers"
if [[ ${1:-root} == rootless ]]; then chown learner: "$ordinary/containers"; fi

copied='no overlay can be had here, so the image'"'"'s layers are copied'
try as_who "$newest" run "${once[@]}" stack sh -c "$list"
ends_with 0
says "$copied"
says "the store lies on an overlay itself"
[[ $(wc -l <<< "$err") == $(wc -l <<< "$borrowed${borrowed:+$'\n'}x") ]] || fail "expected one line$(seen)"
[[ $out == "$expected" ]] || fail "the copy differs: $(diff <(echo "$expected") <(echo "$out") | head -20)"
no_sandboxes "a copy"

in_stack() { try as_who "$newest" run "${once[@]}" stack sh -c "$1"; }
in_stack 'stat -c %h /data/one; [ /data/one -ef /data/two ] && echo same'
[[ $out == $'2\nsame' ]] || fail "a hard link was not kept$(seen)"
in_stack 'du -k /data/sparse; cat /data/hard; echo x > /data/hard; cat /data/changed'
[[ $(head -1 <<< "$out") =~ ^[0-9]{1,3}[^0-9] ]] || fail "a hole was filled$(seen)"
[[ $(sed 1d <<< "$out") == $'1\n2' ]] || fail "a hard link that was broken in a layer is one again$(seen)"
try as_who "$newest" run "${once[@]}" --read-only stack touch /new
ends_with 1
says "Read-only"
try as_who "$newest" run --detach --id x stack sleep 1000
[[ -e $LOCKSTEP_STORE/containers/x/copied ]] || fail "no mark that it was copied"
try as_who "$newest" exec x cat /data/changed
prints 2
try as_who "$newest" delete --force x
ends_with 0
no_sandboxes "delete of a copy"

try as_who "$newest" run "${once[@]}" deep sh -c 'while cd d 2> /dev/null; do :; done; cat file'
ends_with 0
prints "bottom"
no_sandboxes "a deep copy"

if [[ -n $has_nodes ]]; then
  in_stack 'stat -c "%t:%T %a %u" /data/null'
  prints "1:3 640 1234"
fi
umount "$ordinary/containers"

# The whole store on an overlay, and on a ramfs, which keeps no marks.
on_another() {
  cp -a "$ordinary/." "$LOCKSTEP_STORE" 2> /dev/null || true  # but for the images with whiteouts
  if [[ ${1:-root} == rootless ]]; then chown learner: "$LOCKSTEP_STORE"; fi
  try as_who "$newest" run "${once[@]}" busybox sh -c 'echo written > /etc/motd; cat /etc/motd; head -c 4 /etc/passwd'
  ends_with 0
  [[ $out == $'written\nroot' ]] || fail "in a store on $2$(seen)"
  says "$copied"
  no_sandboxes "$2"
}
mount -t overlay -o lowerdir=/run/test/layers/lower,upperdir=/run/test/layers/upper,workdir=/run/test/layers/work overlay /run/test/over
LOCKSTEP_STORE=/run/test/over/store
on_another "${1:-root}" overlay
umount /run/test/over
mount -t ramfs ramfs /run/test/over
chmod 755 /run/test/over
on_another "${1:-root}" ramfs
finish
