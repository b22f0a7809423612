#!/bin/bash
# rootfs-fetch busybox takes only a static busybox of this machine's kind, and says what is wrong with
# another. To hide the machine's own, each case covers it, in a mount namespace.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_mounts
real=$(realpath "$(command -v busybox)")

# with FILE COMMAND…: FILE in the place of every busybox on this machine.
with() {
  local file=$1
  shift
  # shellcheck disable=SC2016  # for the inner shell
  in_mounts sh -c '
    for there in "$0" /bin/busybox /usr/bin/busybox; do
      [ ! -e "$there" ] || mount --bind "$1" "$there" || exit 99
    done
    shift
    PATH=/usr/bin:/bin exec "$@"' "$real" "$file" "$@"
}

printf '#!/bin/sh\n' > "$temporary/script"
cp "$(realpath /proc/$$/exe)" "$temporary/dynamic"  # this shell
cp "$real" "$temporary/foreign"
printf '\xf3\x00' | dd of="$temporary/foreign" bs=1 seek=18 conv=notrunc status=none  # e_machine: RISC-V
cp "$real" "$temporary/unreadable"
chmod 755 "$temporary"/{script,dynamic,foreign}
chmod 0 "$temporary/unreadable"

refuses "not an executable of the kind that Linux loads" with "$temporary/script" "$fetch" busybox
hints "apt-get install busybox-static"
refuses "is dynamically linked" with "$temporary/dynamic" "$fetch" busybox
hints "apt-get install busybox-static"
refuses "is for riscv64, and this machine is" with "$temporary/foreign" "$fetch" busybox
hints "apt-get install busybox-static"
refuses "there is no busybox on this machine" with "$temporary/unreadable" "$fetch" busybox
hints "apt-get install busybox-static"
[[ ! -e $LOCKSTEP_STORE ]] || fail "a refusal made a store"

# A dynamic one on PATH does not hide the static one behind it.
mkdir "$temporary/bin"
cp "$temporary/dynamic" "$temporary/bin/busybox"
PATH=$temporary/bin:$PATH succeeds "$fetch" busybox
finish
