#!/bin/bash
# system.sh [ARCH]: prints the disk image that the VM's "/" is. It has a copy of what is installed here of all that the tests use,
# made anew when this machine's packages have changed; nothing is fetched. Of another architecture it has packages that are
# fetched: what the graders use.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
# shellcheck source=../../tools/own-apt.sh
. "$vm_here/../../tools/own-apt.sh"
vm_needs dpkg-query apt-cache apt-get dpkg-deb mke2fs tar ldconfig
own_arch=$(vm_own_arch)
arch=${1:-$own_arch}
made_from=("$0" "$vm_here/cache.sh" "$vm_here/../../tools/own-apt.sh")
[[ $arch != "$own_arch" ]] || made_from+=(/var/lib/dpkg/status)
image=$vm_cache/system-$arch-$(cat "${made_from[@]}" | cksum | cut -d ' ' -f 1).img
if [[ -e $image ]]; then
  echo "$image"
  exit 0
fi

wanted=(iproute2 nftables uidmap strace jq procps passwd kmod python3 passt slirp4netns skopeo umoci runc crun busybox-static
        tmux cmake mount e2fsprogs mawk iputils-ping libcap2-bin
        libarchive13 libssl3 libcurl4 libisal2 libzstd1)  # what rootfs-fetch is linked with
mapfile -t -O "${#wanted[@]}" wanted < <(dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p')
foreign=(base-files base-passwd bash coreutils dash findutils grep sed tar util-linux mount kmod procps passwd uidmap  # a system
         iproute2 nftables passt slirp4netns busybox-static                               # what the steps and the graders run
         libarchive13 libssl3 libcurl4 libisal2 libzstd1 libstdc++6)                       # what rootfs-fetch is linked with

# installed NAME…: those of them that are.
installed() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | awk -v wanted="$*" '
    BEGIN { split(wanted, names, " "); for (i in names) want[names[i]] }
    $1 == "installed" && $2 in want { print $2 }'
}
with_dependencies() {
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "$@" | sed -n '/^[^ |<]/p'
}
# Sets `packages`: those to copy, or to unpack.
choose_packages() {
  if [[ $arch != "$own_arch" ]]; then
    packages=("${foreign[@]}")
    own_apt "$vm_cache/apt-$arch" "$arch"
    echo "vm: fetching a system for $arch onto the VM's disk" >&2
    return
  fi
  mapfile -t packages < <(installed "${wanted[@]}")
  mapfile -t packages < <(with_dependencies "${packages[@]}")
  mapfile -t packages < <(installed "${packages[@]}")
  echo "vm: copying ${#packages[@]} packages of this machine onto the VM's disk" >&2
}

mkdir -p "$vm_cache"
rm -f "$vm_cache/system-$arch"-*.img
work=$(mktemp -d "$vm_cache/work-XXXXXX")
trap 'rm -rf "$work"' EXIT
choose_packages

# What a package's list doesn't have: links of update-alternatives, settings that were put together when it was installed.
files() {
  dpkg-query -L "${packages[@]}" | grep -vE '^/usr/share/(doc|man|info|locale|lintian|bug)/' |
    while read -r file; do [[ ! -f $file && ! -L $file ]] || echo "${file#/}"; done
  { find /etc/alternatives /etc/pam.d ! -type d; find /usr/bin /usr/sbin -lname '/etc/alternatives/*'; } | sed 's|^/||'
}

copy_own() {
  local root=$1 top
  for top in bin sbin lib lib64 lib32 libx32; do  # the same links as here, where these are links
    [[ ! -L /$top ]] || { cp -P "/$top" "$root/$top"; mkdir -p "$root/usr/$top"; }
  done
  files | LC_ALL=C sort -u |
    tar --create --directory / --owner 0 --group 0 --no-recursion --files-from - --ignore-failed-read 2> /dev/null |
    tar --extract --directory "$root" --keep-directory-symlink
  ldconfig -r "$root"
}

unpack_foreign() {
  local root=$1 top
  for top in bin sbin lib; do
    mkdir -p "$root/usr/$top"
    ln -s "usr/$top" "$root/$top"
  done
  unpack_packages "$root" "${packages[@]}"
}

make_system() {
  local root=$work/root
  mkdir -p "$root"/{dev,etc,home,job,proc,root,run,sys,tmp,usr,var/tmp}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  if [[ $arch == "$own_arch" ]]; then copy_own "$root"; else unpack_foreign "$root"; fi
  ln -sfnr "$root/run" "$root/var/run"
  mkdir -p "$root/lib/modules"
  cp "$root"/usr/share/base-passwd/passwd.master "$root/etc/passwd"
  cp "$root"/usr/share/base-passwd/group.master "$root/etc/group"
  sed 's/:.*/:*:20000:0:99999:7:::/' "$root/etc/passwd" > "$root/etc/shadow"
  echo '127.0.0.1 localhost' > "$root/etc/hosts"
  echo vm > "$root/etc/hostname"
  : > "$root/etc/resolv.conf"
  vm_disk "$root" "$work/system.img" 2048 system
}

# Each file is root's in there: an ordinary user copies in a user namespace, where what they make is.
if (( EUID == 0 )); then
  make_system
else
  export -f make_system copy_own unpack_foreign unpack_packages files vm_disk vm_quiet
  declare -p packages work arch own_arch > "$work/variables"
  [[ $arch == "$own_arch" ]] || declare -p apt >> "$work/variables"
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --map-root-user bash -euo pipefail -c '. "$1"; make_system' make_system "$work/variables" ||
    vm_fail "an ordinary user makes the VM's disk in a user namespace, which failed; see above, or run this as root"
fi
mv "$work/system.img" "$image"
echo "$image"
