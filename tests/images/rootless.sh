#!/bin/bash
# As an ordinary user: the store is the user's own, and so is all that is in it; root's can be read and not
# be changed. (Run by root, the test becomes a user who has nothing but a number.)
set -euo pipefail
. "$(dirname "$0")/lib.sh"
uid=61234
as_user() { HOME=$temporary/home "$@"; }
if (( EUID == 0 )); then
  as_user() { setpriv --reuid "$uid" --regid "$uid" --clear-groups env HOME="$temporary/home" "$@"; }
else
  uid=$EUID
fi
cp "$fetch" "$temporary/rootfs-fetch"  # the build folder may be behind a closed door
fetch=$temporary/rootfs-fetch
mkdir "$temporary/home"
if (( EUID == 0 )); then chown "$uid:$uid" "$temporary/home"; fi
unset LOCKSTEP_STORE XDG_DATA_HOME
cd "$temporary"

digest=$(as_user "$fetch" busybox -q)
store=$temporary/home/.local/share/lockstep
[[ -d $store/rootfs/busybox ]] || fail "the image is not in $store"
[[ -z $(find "$store" ! -user "$uid") ]] || fail "not the user's: $(find "$store" ! -user "$uid" | head -3)"
[[ $digest == $("$fetch" --store "$temporary/mine" busybox -q) ]] || fail "root makes another digest"
as_user env XDG_DATA_HOME="$temporary/home/data" "$fetch" busybox -q > /dev/null
[[ -e $temporary/home/data/lockstep/oci-layout ]] || fail "XDG_DATA_HOME was not heeded"
succeeds as_user "$fetch" export busybox "$temporary/home/out"
[[ -z $(find "$temporary/home/out" ! -user "$uid") ]] || fail "an export that is not the user's"
same_files "$temporary/home/out" "$store/rootfs/busybox"

refuses 'neither LOCKSTEP_STORE, nor XDG_DATA_HOME, nor HOME' as_user env -u HOME "$fetch" busybox
hints '--store DIR'
chmod 555 "$temporary/home"
refuses 'Permission denied (EACCES)' as_user "$fetch" export busybox "$temporary/home/new"
refuses 'Permission denied (EACCES)' as_user "$fetch" --store "$temporary/home/new" busybox
hints '--store DIR'
chmod 755 "$temporary/home"

if (( EUID == 0 )); then
  before=$(find "$temporary/mine" -printf '%p %T@ %C@\n' | sort)
  [[ $(as_user "$fetch" --store "$temporary/mine" list -q) == busybox ]] || fail "root's store can't be read"
  succeeds as_user "$fetch" --store "$temporary/mine" export busybox "$temporary/home/from-root"
  refuses 'Permission denied (EACCES)' as_user "$fetch" --store "$temporary/mine" rm busybox
  refuses 'Permission denied (EACCES)' as_user "$fetch" --store "$temporary/mine" busybox --fresh
  [[ $before == "$(find "$temporary/mine" -printf '%p %T@ %C@\n' | sort)" ]] || fail "the user changed root's store"
fi

# What a container left without permissions can still be removed by its owner.
as_user mkdir -p "$store/rootfs/busybox/closed/inner"
chmod 0 "$store/rootfs/busybox/closed/inner" "$store/rootfs/busybox/closed" "$store/rootfs/busybox"
succeeds as_user "$fetch" rm busybox
left=$(find "$store/rootfs" "$store/.workshop" -mindepth 1)
[[ -z $left ]] || fail "left: $left"
finish
