#!/bin/bash
# kernel.sh [--there] VERSION [ARCH]: prints the folder with Debian's cloud kernel of that series, 6.1 or 6.12, fetched by apt
# if it isn't there yet; with --there nothing is fetched. In it: vmlinuz, modules.img (a disk for /lib/modules),
# initramfs (busybox and the modules that it takes to mount a disk). Exit status 3 if this machine's mirrors don't have it.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
# shellcheck source=../../tools/own-apt.sh
. "$vm_here/../../tools/own-apt.sh"
fetch=yes
[[ ${1:-} != --there ]] || { fetch=""; shift; }
(( $# == 1 || $# == 2 )) || vm_fail "usage: kernel.sh [--there] VERSION [ARCH]"
version=$1
own_arch=$(vm_own_arch)
arch=${2:-$own_arch}
vm_qemu "$arch" > /dev/null
folder=$vm_cache/linux-$version
[[ $arch == "$own_arch" ]] || folder+=-$arch

if [[ -e $folder/initramfs ]]; then
  echo "$folder"
  exit 0
fi
[[ -n $fetch ]] || vm_fail "Linux $version for $arch isn't in $vm_cache: \`make vm\` fetches it"
vm_needs apt-get dpkg-deb depmod modprobe busybox mke2fs
mkdir -p "$vm_cache"
work=$(mktemp -d "$vm_cache/work-XXXXXX")
trap 'rm -rf "$work"' EXIT

# The newest kernel of the series that apt knows now.
find_package() {
  apt-cache "${apt[@]}" depends "linux-image-cloud-$arch" 2> /dev/null |
    sed -nE "s/.*Depends: (linux-image-${version//./\\.}[.-].*)/\\1/p" | head -n 1
}

# Sets `apt`, with which the kernel can be had, and `package`. The machine's own apt knows some suites, for its own architecture.
find_kernel() {
  local suite
  for suite in "" bookworm bookworm-backports trixie; do
    if [[ -z $suite && $arch == "$own_arch" ]]; then
      apt=()
    else
      own_apt "$vm_cache/apt-$arch${suite:+-$suite}" "$arch" "$suite" || continue
    fi
    package=$(find_package)
    [[ -z $package ]] || return 0
  done
  return 1
}

# The busybox of the VM's architecture.
find_busybox() {
  if [[ $arch == "$own_arch" ]]; then
    command -v busybox
  else
    own_apt "$vm_cache/apt-$arch" "$arch" && unpack_packages "$work/busybox" busybox-static && echo "$work/busybox/bin/busybox"
  fi
}

# What mounts the disks, in the order in which it is loaded. (What is not a module is built in.)
first_modules() {
  local module
  for module in virtio_pci virtio_blk virtio_console ext4 crc32c_generic; do
    modprobe --dirname "$work/kernel" --set-version "$release" --show-depends "$module" | sed -n 's/^insmod //p'
  done | awk '!seen[$1]++'
}

make_initramfs() {
  local root=$work/initramfs file name
  mkdir -p "$root"/{bin,modules,dev,proc,root}
  cp "$(find_busybox)" "$root/bin/busybox"
  while read -r file; do
    name=${file##*/}
    if [[ $file == *.xz ]]; then busybox unxz -c "$file" > "$root/modules/${name%.xz}"; else cp "$file" "$root/modules"; fi
    echo "${name%.xz}" >> "$root/modules/order"
  done < <(first_modules)
  (cd "$root" && find . | busybox cpio -o -H newc 2> /dev/null) > "$work/done/initramfs"
}

if ! find_kernel; then
  echo "vm: no package of Linux $version for the VM: this machine's apt has no linux-image-cloud-$arch of that series," \
       "and of its mirrors none has one in bookworm, bookworm-backports or trixie" >&2
  exit 3
fi
echo "vm: fetching $package" >&2
mkdir "$work/deb" "$work/kernel" "$work/done"
(cd "$work/deb" && vm_quiet apt-get "${apt[@]}" -q -o APT::Sandbox::User=root download "$package") ||
  vm_fail "apt-get can't download $package; apt-get update may help"
dpkg-deb --extract "$work"/deb/*.deb "$work/kernel"
release=$(ls "$work/kernel/lib/modules")
depmod --basedir "$work/kernel" "$release"
vm_disk "$work/kernel/lib/modules" "$work/done/modules.img" 0 modules
cp "$work/kernel/boot/vmlinuz-$release" "$work/done/vmlinuz"
make_initramfs
rm -rf "$folder"
mv -T "$work/done" "$folder"
echo "$folder"
