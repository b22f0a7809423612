#!/bin/bash
# system.sh: prints the disk image that the VM's "/" is, made anew when this machine's packages have changed. It has a copy of
# what is installed here of all that the tests use. Nothing is fetched.
set -euo pipefail
# shellcheck source=cache.sh
. "$(dirname "$0")/cache.sh"
vm_needs dpkg-query apt-cache mke2fs tar ldconfig
key=$(cat "$0" "$vm_here/cache.sh" /var/lib/dpkg/status | cksum | cut -d ' ' -f 1)
image=$vm_cache/system-$key.img
if [[ -e $image ]]; then
  echo "$image"
  exit 0
fi

wanted=(iproute2 nftables uidmap strace jq procps passwd kmod python3 passt slirp4netns skopeo umoci runc crun busybox-static
        tmux cmake mount e2fsprogs)
mapfile -t -O "${#wanted[@]}" wanted < <(dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p')

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
mapfile -t packages < <(installed "${wanted[@]}")
mapfile -t packages < <(with_dependencies "${packages[@]}")
mapfile -t packages < <(installed "${packages[@]}")
echo "vm: copying ${#packages[@]} packages of this machine onto the VM's disk" >&2

mkdir -p "$vm_cache"
rm -f "$vm_cache"/system-*.img
work=$(mktemp -d "$vm_cache/work-XXXXXX")
trap 'rm -rf "$work"' EXIT

# What a package's list doesn't have: links of update-alternatives, settings that were put together when it was installed.
files() {
  dpkg-query -L "${packages[@]}" | grep -vE '^/usr/share/(doc|man|info|locale|lintian|bug)/' |
    while read -r file; do [[ ! -f $file && ! -L $file ]] || echo "${file#/}"; done
  find /etc/alternatives /etc/pam.d ! -type d | sed 's|^/||'
}

copy() {
  local root=$work/root top
  mkdir -p "$root"/{dev,etc,home,job,proc,root,run,sys,tmp,usr,var/tmp}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 700 "$root/root"
  for top in bin sbin lib lib64 lib32 libx32; do  # the same links as here, where these are links
    [[ ! -L /$top ]] || { cp -P "/$top" "$root/$top"; mkdir -p "$root/usr/$top"; }
  done
  files | LC_ALL=C sort -u |
    tar --create --directory / --owner 0 --group 0 --no-recursion --files-from - --ignore-failed-read 2> /dev/null |
    tar --extract --directory "$root" --keep-directory-symlink
  ln -sfnr "$root/run" "$root/var/run"
  mkdir -p "$root/lib/modules"
  cp "$root"/usr/share/base-passwd/passwd.master "$root/etc/passwd"
  cp "$root"/usr/share/base-passwd/group.master "$root/etc/group"
  sed 's/:.*/:*:20000:0:99999:7:::/' "$root/etc/passwd" > "$root/etc/shadow"
  echo '127.0.0.1 localhost' > "$root/etc/hosts"
  echo vm > "$root/etc/hostname"
  : > "$root/etc/resolv.conf"
  ldconfig -r "$root"
  vm_disk "$root" "$work/system.img" 2048 system
}

# Each file is root's in there: an ordinary user copies in a user namespace, where what they make is.
if (( EUID == 0 )); then
  copy
else
  export -f copy files vm_disk vm_quiet
  declare -p packages work > "$work/variables"
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --map-root-user bash -euo pipefail -c '. "$1"; copy' copy "$work/variables" ||
    vm_fail "an ordinary user makes the VM's disk in a user namespace, which failed; see above, or run this as root"
fi
mv "$work/system.img" "$image"
echo "$image"
