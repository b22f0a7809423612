# Where the kernels and the guest's system are kept, and how something gets there whole or not at all.
# shellcheck shell=bash disable=SC2034  # the scripts that read this use it

vm_here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
if [[ -n ${XDG_CACHE_HOME:-} ]]; then
  vm_cache=$XDG_CACHE_HOME/lockstep-vm
else
  vm_cache=${LOCKSTEP_BUILD:-$vm_here/../../build}/vm
fi

vm_fail() {
  echo "vm: $*" >&2
  exit 1
}

# This machine's architecture, which a VM has, too, without other wishes.
vm_own_arch() {
  dpkg --print-architecture 2> /dev/null || vm_fail "the VM is made of Debian's packages, and there is no dpkg here"
}

# vm_qemu ARCH: the program that emulates it.
vm_qemu() {
  case $1 in
    amd64) echo qemu-system-x86_64 ;;
    arm64) echo qemu-system-aarch64 ;;
    *) vm_fail "the VM was only made for amd64 and arm64, not for $1" ;;
  esac
}

# vm_needs PROGRAM…
vm_needs() {
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || vm_fail "$program is missing: \`make deps-vm\` installs what the VM takes, \`make deps-vm-arm64\` what an arm64 one does"
  done
}

# vm_quiet COMMAND…: its words are shown only if it fails.
vm_quiet() {
  local log status=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || status=$?
  (( status == 0 )) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# vm_disk FOLDER FILE MIB LABEL: an ext4 file system with the folder's content and that much room besides. The file is sparse.
# What an ordinary user copied is root's in there, if this runs in a user namespace of theirs.
vm_disk() {
  local size
  size=$(du -sm --apparent-size "$1" | cut -f 1)
  rm -f "$2"
  truncate -s "$((size + size / 4 + 16 + $3))M" "$2"
  vm_quiet mke2fs -q -F -t ext4 -O ^has_journal -m 0 -L "$4" -d "$1" "$2"
}
