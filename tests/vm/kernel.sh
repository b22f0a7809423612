#!/bin/bash
# kernel.sh [--there] VERSION: prints the folder with Debian's cloud kernel of that series, 6.1 or 6.12, fetched by apt
# if it isn't there yet; with --there nothing is fetched. In it: vmlinuz, modules.img (a disk for /lib/modules),
# initramfs (busybox and the modules that it takes to mount a disk). Exit status 3 if this machine's mirrors don't have it.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
fetch=yes
[[ ${1:-} != --there ]] || { fetch=""; shift; }
(( $# == 1 )) || vm_fail "usage: kernel.sh [--there] VERSION"
version=$1
folder=$vm_cache/linux-$version
arch=$(dpkg --print-architecture 2> /dev/null) || vm_fail "the kernels come as Debian packages, and there is no dpkg here"
[[ $arch == amd64 ]] || vm_fail "the VM was only made for amd64; this machine is $arch"

if [[ -e $folder/initramfs ]]; then
  echo "$folder"
  exit 0
fi
[[ -n $fetch ]] || vm_fail "Linux $version isn't in $vm_cache: \`make vm\` fetches it"
vm_needs apt-get dpkg-deb depmod modprobe busybox mke2fs
mkdir -p "$vm_cache"
work=$(mktemp -d "$vm_cache/work-XXXXXX")
trap 'rm -rf "$work"' EXIT

# The machine's own apt knows some suites. For another one it gets lists of its own, from the mirrors that the machine
# has already; nothing of the machine's own apt changes.
use_own_lists() { apt=(); }
use_suite() {
  local mirrors mirror
  # shellcheck disable=SC2016  # apt-get expands it
  mirrors=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian Debian //p' | sort -u)
  [[ -n $mirrors ]] || return 1
  mkdir -p "$work"/apt/{lists,archives}/partial
  while read -r mirror; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main"
  done <<< "$mirrors" > "$work/apt/sources.list"
  apt=(-o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts=- -o Dir::Cache::pkgcache=
       -o Dir::Cache::srcpkgcache= -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache::Archives="$work/apt/archives")
  apt-get "${apt[@]}" -q -o APT::Sandbox::User=root update >> "$work/log" 2>&1
}

# The newest kernel of the series that apt knows now.
find_package() {
  apt-cache "${apt[@]}" depends "linux-image-cloud-$arch" 2> /dev/null |
    sed -nE "s/.*Depends: (linux-image-${version//./\\.}[.-].*)/\\1/p" | head -n 1
}

# Sets `apt`, with which the kernel can be had, and `package`.
find_kernel() {
  local suite
  for suite in own bookworm bookworm-backports trixie; do
    if [[ $suite == own ]]; then use_own_lists; else use_suite "$suite" || continue; fi
    package=$(find_package)
    [[ -z $package ]] || return 0
  done
  return 1
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
  cp "$(command -v busybox)" "$root/bin/busybox"
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
