#!/bin/bash
# vm-run.sh [-a ARCH] [-k VERSION] [-t SECONDS] [-m MIB] [-p CPUS] [-v] FOLDER COMMAND [ARGUMENT…]: runs a command in a throw-away
# VM whose kernel has cgroup v2 only. FOLDER is copied to /job on its disk (nothing is copied back); the command runs there as
# root, and what it prints comes out here.
#   -k  the kernel: 6.1 (default) or 6.12     -t  seconds until it is given up (600)     -v  the kernel's messages, too
#   -m  memory (1024)                         -p  processors (2)          -a  amd64 or arm64 (this machine's)
# Exit status: the command's own; 124 when the time was up, 125 when the VM ended by itself. It needs nothing of root.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
version=6.1 limit=600 memory=1024 processors=2 verbose="" arch=$(vm_own_arch)
while getopts a:k:t:m:p:v option; do
  case $option in
    a) arch=$OPTARG ;;
    k) version=$OPTARG ;;
    t) limit=$OPTARG ;;
    m) memory=$OPTARG ;;
    p) processors=$OPTARG ;;
    v) verbose=yes ;;
    *) exit 125 ;;
  esac
done
shift $((OPTIND - 1))
(( $# >= 2 )) || { sed -n '2,9s/^# //p' "$0" >&2; exit 125; }
folder=$1
shift
qemu=$(vm_qemu "$arch")
vm_needs "$qemu" mke2fs busybox
kernel=$("$vm_here/kernel.sh" "$version" "$arch")
system=$("$vm_here/system.sh" "$arch")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
vm_disk "$folder" "$work/job.img" 1024 job
mkdir "$work/more"
printf '%q ' "$@" > "$work/more/command"
cp "$vm_here/init-disks.sh" "$work/more/init"
cp "$vm_here/init-guest.sh" "$work/more"
chmod 755 "$work"/more/init*
(cd "$work/more" && find . | busybox cpio -o -H newc 2> /dev/null) | cat "$kernel/initramfs" - > "$work/initramfs"

# Hardware does it where it can. Else it is emulated, and
# - by one thread: with one for each processor qemu 7.2 now and then executes what a kernel has just patched away (6.12: "Oops: int3");
# - the VM's clock counts instructions, one a nanosecond: however slow the emulation and busy the host, to its programs their
#   processor is one of today's, and nobody's time is up too early;
# - amd64 without cx16: 6.12 panics on a processor that has it and not all that goes with it; arm64 without pointer
#   authentication, which takes longer to emulate than all else;
# - with each program at the same addresses every time, so that it is translated once: it starts in a third of the time.
has_kvm() {
  [[ -w /dev/kvm && $arch == $(vm_own_arch) ]] && { [[ $arch != amd64 ]] || grep -qE '^flags.*\b(vmx|svm)\b' /proc/cpuinfo; }
}
case $arch in
  amd64) machine=q35 console=ttyS0 processor=max,-cx16 ;;
  arm64) machine=virt,gic-version=max console=ttyAMA0 processor=neoverse-n1 ;;
esac
accel=(-accel "tcg,thread=single" -icount "shift=0" -cpu "$processor")
options="norandmaps no5lvl mitigations=off"
if has_kvm; then
  accel=(-accel kvm -cpu host)
  options=""
fi

disk() { echo "file=$1,format=raw,if=none,id=$2,cache=unsafe,$3"; }
machine=(-nodefaults -no-user-config -display none -no-reboot -M "$machine" "${accel[@]}" -smp "$processors" -m "$memory"
  -kernel "$kernel/vmlinuz" -initrd "$work/initramfs"
  -append "console=$console loglevel=4 panic=-1 cgroup_no_v1=all psi=1 random.trust_cpu=on $options"
  -drive "$(disk "$system" system snapshot=on)" -device "virtio-blk-pci,drive=system"
  -drive "$(disk "$kernel/modules.img" modules readonly=on)" -device "virtio-blk-pci,drive=modules"
  -drive "$(disk "$work/job.img" job discard=unmap)" -device "virtio-blk-pci,drive=job"
  -serial "file:$work/console" -device virtio-serial-pci
  -chardev "stdio,id=out,signal=off" -device "virtserialport,chardev=out,name=out"
  -chardev "file,id=status,path=$work/status" -device "virtserialport,chardev=status,name=status")
status=0
touch "$work/console" "$work/status"
mkfifo "$work/nothing"  # to read from: at a file's end qemu would take the whole port for closed
TMPDIR=$work timeout -k 5 "$limit" setpriv --pdeathsig KILL "$qemu" "${machine[@]}" 0<> "$work/nothing" || status=$?

[[ -z $verbose ]] || cat "$work/console" "$work/status" >&2
ended=$(sed -nE 's/^ended ([0-9]+) .*/\1/p' "$work/status")
[[ -z $ended ]] || exit "$ended"
if (( status == 124 || status == 137 )); then
  echo "vm: its $limit seconds were up" >&2
  exit 124
fi
echo "vm: the VM ended without the command's exit status (qemu: $status); the kernel's last words:" >&2
tail -n 30 "$work/console" >&2
exit 125
