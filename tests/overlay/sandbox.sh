#!/bin/bash
# A container's folder in the store: made with it, kept until it is deleted, never another's, cleared when it is left
# over; the layers that it uses stay.
# shellcheck disable=SC2154,SC2016  # try's variables; what the containers' shells expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
containers=$LOCKSTEP_STORE/containers
begin_image
add_plain_layer of-the-layer text
finish_image two '{}'
start() { succeeds "$newest" "${root[@]}" run --detach --id x "$@" sleep 1000; }
root=()

start two
for name in upper work merged; do [[ -d $containers/x/$name ]] || fail "no $name in the sandbox"; done
[[ $(< "$containers/x/layers") == "${lower[0]}"$'\n'"${lower[1]}" ]] || fail "layers: $(< "$containers/x/layers")"
[[ $(< "$containers/x/image") == two$'\n'"$(rootfs-fetch inspect -q two)" ]] || fail "image: $(< "$containers/x/image")"
[[ $(< "$containers/x/state") == /run/lockstep/x ]] || fail "state: $(< "$containers/x/state")"
[[ $(stat -c %a "$containers") == 700 ]] || fail "the containers' folders are open to others: $(stat -c %a "$containers")"

# The image's layers stay as long as somebody uses them, also under a sweep for another reason.
succeeds rootfs-fetch rm two
prints "as long as there are: x"
[[ -e ${lower[0]}/of-the-layer ]] || fail "rm took a layer that a container uses"
succeeds rootfs-fetch rm busybox
[[ -e $busybox_layer/bin/busybox ]] || fail "rm took a layer that a container uses"
succeeds "$newest" exec x cat /of-the-layer
succeeds "$newest" delete --force x
no_sandboxes "delete --force"
succeeds rootfs-fetch busybox
succeeds rootfs-fetch rm busybox  # it sweeps
[[ -z $(ls "$LOCKSTEP_STORE/layers/sha256") ]] || fail "a layer that nobody uses stayed"
succeeds rootfs-fetch busybox

# What fails leaves nothing.
refuses 127 'no such file or directory' "$newest" run "${once[@]}" busybox no-such-program
refuses 125 '/no/such/source' "$newest" run "${once[@]}" --volume /no/such/source:/mnt busybox true
no_sandboxes "a run that failed"

# After a reboot: the disk has the sandbox, /run is empty, and there are no cgroups.
find_hierarchies
reboot() {
  "$newest" kill x KILL
  eventually sh -c "$newest list | grep -q stopped" || fail "x did not end"
  rm -rf /run/lockstep
  remove_cgroups_of x
}
start busybox
reboot
start busybox  # the leftover of the same state folder gives way
[[ $(ls "$containers") == x ]] || fail "left: $(ls "$containers")"
reboot
succeeds "$newest" delete --force y  # not that one
[[ -e $containers/x ]] || fail "delete of y took x's sandbox"
succeeds "$newest" delete --force x
no_sandboxes "delete --force after a reboot"
mkdir -p "$containers/x~0123456789ab/upper"  # of a runtime that was killed before that
succeeds "$newest" delete --force x
no_sandboxes "delete --force, half a sandbox"
start busybox
reboot
refuses 1 'does not exist' "$newest" delete x
succeeds "$newest" delete --force x
succeeds "$newest" delete --force x
no_sandboxes "delete --force twice"

# Another --root on the same store: neither takes the other's.
root=(--root /run/other)
start busybox
refuses 125 "belongs to container \"x\" of --root \"/run/other\"" "$newest" run --id x busybox true
hints "\`--root /run/other delete x\`"
succeeds "$newest" delete --force x
succeeds "$newest" --root /run/other exec x true
[[ $(ls "$containers") == x ]] || fail "in the store: $(ls "$containers")"
succeeds "$newest" --root /run/other delete --force x
no_sandboxes "delete in another --root"
root=(--root other)  # relative: what counts is the folder
start busybox
(cd / && succeeds "$newest" --root "$OLDPWD/other" delete --force x)
no_sandboxes "delete in a relative --root"

# A layer or the image is gone: said, and nothing is left.
mv "$busybox_layer" /run/test/away
refuses 125 'No such file or directory (ENOENT)' "$newest" run "${once[@]}" busybox true
hints '`rootfs-fetch unpack busybox`'
mv /run/test/away "$busybox_layer"
no_sandboxes "a missing layer"

# A config that says the sandbox is elsewhere is not believed: neither mounted nor, at the end, removed.
mkdir -p /run/test/victim/upper
if "$newest" create --help > /dev/null 2>&1; then
  mkdir -p bundle
  succeeds "$newest" spec --bundle bundle
  sed -i 's|^{|{"annotations":{"io.lockstep.sandbox":"/run/test/victim","io.lockstep.image":"busybox"},|' bundle/config.json
  try "$newest" create --bundle bundle b
  (( status != 0 )) || fail "a bundle named a sandbox$(seen)"
  "$newest" delete --force b
fi
[[ -d /run/test/victim/upper ]] || fail "what a config named was removed"

# What the container made hard to remove.
root=()
start busybox
succeeds "$newest" exec x sh -c 'mkdir -p /a/b/c; mkdir /d; for i in $(seq 300); do mkdir /n; mv /d /n/a-name-that-is-long; mv /n /d; done; chmod 0 /a/b /a; ln -s /run/test/victim /link'
succeeds "$newest" delete --force x
no_sandboxes "delete of a hostile container"
[[ -d /run/test/victim/upper ]] || fail "a link was followed"
finish
