#!/bin/bash
# Which capabilities a container has: the five sets of its program, as the kernel tells of them.
# shellcheck disable=SC2154,SC2016,SC2086
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"

for users in private host; do
  on=(--userns "$users")
  sets $none $default $default $default $none "${on[@]}"
  sets $none $none $none $none $none "${on[@]}" --cap-drop ALL
  sets $none "$(bit 12)" "$(bit 12)" "$(bit 12)" $none "${on[@]}" --cap-drop all --cap-add net_admin
  sets $none 00000000a80411fb 00000000a80411fb 00000000a80411fb $none \
    "${on[@]}" --cap-add CAP_NET_ADMIN --cap-drop NET_RAW --cap-drop CAP_NET_BIND_SERVICE
  sets $none $none $none $default $none "${on[@]}" --user alice
  sets $none $none $none "$(bit 12)" $none "${on[@]}" --user alice --cap-drop all --cap-add NET_ADMIN
done
sets $none $all $all $all $none --cap-add ALL
sets $none $own $own $own $none --userns host --cap-add ALL
[[ $own == "$all" || $err == "(left out, for this process hasn't got them to give: CAP_"* ]] ||
  fail "what can't be given is not said$(seen)"
without=$(printf '%016x' $((0x$all & ~(1 << 21))))
sets $none $without $without $without $none --cap-add ALL --cap-drop SYS_ADMIN
if command -v capsh > /dev/null; then
  [[ $(capsh --decode=$default) == *=cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap ]] ||
    fail "the default set is not docker's"
fi

# What the powers are for.
refused() {
  try inside "$@"
  (( status != 0 )) || fail "expected a refusal$(seen)"
}
for users in private host; do
  on=(--userns "$users")
  refused "${on[@]}" mount -t tmpfs none /mnt
  refused "${on[@]}" umount /proc/keys
  refused "${on[@]}" hostname other
  refused "${on[@]}" --cap-drop CHOWN chown 1:1 /etc/passwd
  succeeds inside "${on[@]}" --cap-add SYS_ADMIN mount -t tmpfs none /mnt
  succeeds inside "${on[@]}" --cap-add SYS_ADMIN --tty=false sh -c 'umount /proc/keys'
done

# Another process in it has the same; and what exec gives beyond.
inside --detach --id "$x" --cap-drop NET_RAW sleep 1000 > /dev/null
first=$("$newest" state "$x" | sed -n 's/^  "pid": \([0-9]*\).*/\1/p')
mine=00000000a80405fb
[[ $(sed -n 's/^CapBnd:\t//p' "/proc/$first/status") == 00000000a80405fb ]] ||
  { mine=$(sed -n 's/^CapBnd:\t//p' "/proc/$first/status"); }
[[ $((0x$mine)) == $((0x$default & ~(1 << 13))) ]] || fail "its first process has $mine"
in_x() { sets_of=$1; shift; try "$newest" exec "$@"; [[ $status == 0 && "${out//$'\n'/ }" == "$sets_of" ]] || fail "expected $sets_of$(seen)"; }
in_x "$none $mine $mine $mine $none" "$x" $show
more=$(printf '%016x' $((0x$mine | 1 << 12)))
in_x "$none $more $more $more $none" --cap NET_ADMIN "$x" $show
in_x "$none $all $all $all $none" --privileged "$x" $show
in_x "$none $all $all $all $none" --cap all "$x" $show
in_x "$none $none $none $mine $none" --user 1000:1000 "$x" $show
gets 1 "$newest" exec --no-new-privs "$x" sed -n 's/^NoNewPrivs:.//p' /proc/self/status
gets 0 "$newest" exec "$x" sed -n 's/^NoNewPrivs:.//p' /proc/self/status
succeeds "$newest" delete --force "$x"

# A set-uid program is an ordinary one then. (busybox itself gives such powers up; a step doesn't.)
if static "$newest"; then
  cp "/run/test/bin/$newest" "$rootfs/bin/as-root"
  chmod 4755 "$rootfs/bin/as-root"
  mkdir -m 700 "$rootfs/roots-own"
  look=(as-root --root /roots-own list -q)
  gets '' inside --userns host --user alice "${look[@]}"
  for opt in no-new-privileges no-new-privileges=true no-new-privileges:true; do
    try inside --userns host --user alice --security-opt $opt "${look[@]}"
    [[ $status != 0 && $err == *EACCES* ]] || fail "a set-uid program's power, in spite of $opt$(seen)"
  done
  gets '' inside --userns host --user alice --security-opt no-new-privileges=false "${look[@]}"
fi
if static "$newest"; then gets "$default" inside --init sh -c 'sed -n s/^CapBnd:.//p /proc/1/status'; fi

refuses 125 '--cap-add: expected a capability' inside --cap-add NO_SUCH true
refuses 125 '--cap-drop: expected a capability' inside --cap-drop '' true
finish
