#!/bin/bash
# AppArmor and SELinux: refused where they are not, before anything is made.
# shellcheck disable=SC2154
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"
[[ ! -e /sys/module/apparmor && ! -e /sys/fs/selinux/enforce ]] || skip "this kernel has such a module"

refuses 125 'the AppArmor profile "p" can'"'"'t be had: this kernel has no AppArmor' inside --security-opt apparmor=p true
hints 'leave it out'
refuses 125 'the SELinux label "system_u:system_r:spc_t:s0" can'"'"'t be had: this kernel has no SELinux' \
  inside --security-opt label=type:spc_t true
for fine in apparmor=unconfined label=disable seccomp=unconfined systempaths=unconfined; do
  succeeds inside --security-opt $fine true
done
refuses 125 'lesson 09' "$LOCKSTEP_BUILD/step08" run --rootfs "$rootfs" --security-opt seccomp=profile.json true
for wrong in '' nosuch apparmor= label= label=nosuch:x label=type: seccomp= mask=x no-new-privileges=x; do
  refuses 125 '--security-opt' inside --security-opt "$wrong" true
done
inside --detach --id "$x" sleep 1000 > /dev/null
try "$newest" exec --apparmor p "$x" true
(( status == 125 )) || fail "exec with a profile that can't be had$(seen)"
says attr
succeeds "$newest" delete --force "$x"

# As with AppArmor, and none or one profile loaded.
mount -t tmpfs own-modules /sys/module
mkdir -p /sys/module/apparmor/parameters
echo Y > /sys/module/apparmor/parameters/enabled
mount -t tmpfs own-securityfs /sys/kernel/security
mkdir /sys/kernel/security/apparmor
echo 'lockstep-test (enforce)' > /sys/kernel/security/apparmor/profiles
refuses 125 'no such profile is loaded' inside --security-opt apparmor=p true
hints apparmor_parser
# The kernel itself has none: so it is known that the name is given to it, and where.
try inside --security-opt apparmor=lockstep-test true
(( status == 125 )) || fail "a profile that the kernel doesn't know was taken$(seen)"
says 'write("/proc/self/attr/exec", "exec lockstep-test")'

# Masks.
umount /sys/kernel/security /sys/module
gets '' inside cat /proc/interrupts
try inside --security-opt unmask=/proc/interrupts cat /proc/interrupts
[[ $status == 0 && -n $out ]] || fail "unmask$(seen)"
gets '' inside --security-opt mask=/etc/passwd cat /etc/passwd
try inside --security-opt unmask=ALL grep -c ' /proc/' /proc/self/mountinfo
[[ $out == 0 ]] || fail "unmask=ALL$(seen)"
finish
