#!/bin/bash
# A store that was damaged: errors name the blob, export leaves nothing, `rootfs-fetch busybox` mends it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
digest=$("$fetch" busybox -q)
blobs=$LOCKSTEP_STORE/blobs/sha256
layer=$(find "$blobs" -size +100k -printf '%f')
config=$("$fetch" inspect busybox | sed -n 's/^image id: *sha256://p')

flip() { printf '\x55' | dd of="$blobs/$1" bs=1 seek="$2" conv=notrunc status=none; }
hurt() { # TEXT: what an export says, with nothing left; and that the embedded image can be made whole
  refuses "$1" "$fetch" export busybox out
  hints 'rootfs-fetch busybox'
  [[ ! -e out && ! -e .out.rootfs-fetch ]] || fail "$1: export left something"
  mkdir empty
  refuses "$1" "$fetch" export busybox empty
  rmdir empty || fail "$1: export left something in the folder: $(ls -A empty)"
  [[ $("$fetch" busybox -q) == "$digest" ]] || fail "$1: not mended"
  succeeds "$fetch" export busybox out
  rm -rf out
}

flip "$layer" 500000
hurt "the blob sha256:$layer is damaged: its content has the digest sha256:"
flip "$layer" 3
hurt "the blob sha256:$layer is damaged: its content has the digest sha256:"
truncate -s 1000 "$blobs/$layer"
hurt "the blob sha256:$layer is damaged: 1000 bytes long, and should be"
truncate -s 0 "$blobs/$layer"
hurt "the blob sha256:$layer is damaged: 0 bytes long, and should be"
rm "$blobs/$layer"
hurt "the blob sha256:$layer: No such file or directory (ENOENT)"
flip "$config" 20
hurt "the blob sha256:$config is damaged"
flip "${digest#*:}" 20
hurt "the blob $digest is damaged"
rm "$blobs/${digest#*:}"
hurt "the blob $digest: No such file or directory (ENOENT)"
ln -sf /etc/passwd "$blobs/$layer"
hurt "the blob sha256:$layer: Too many levels of symbolic links (ELOOP)"

# A damaged image is listed, and can be removed.
flip "$config" 20
[[ $("$fetch" list) == *"busybox"*"$config is damaged"* ]] || fail "list hides the damage: $("$fetch" list)"
succeeds "$fetch" rm busybox
[[ -z $("$fetch" list -q) ]] || fail "the damaged image is still there"

# An index that can't be read is nobody's to replace.
succeeds "$fetch" busybox
for index in '' '{' '{"manifests": 7}' '{"manifests": [{"digest": "sha256:../../x", "mediaType": "x", "size": 1}]}'; do
  echo "$index" > "$LOCKSTEP_STORE/index.json"
  for command in list "inspect busybox" "rm busybox" "busybox"; do
    # shellcheck disable=SC2086  # words
    refuses 'index.json: ' "$fetch" $command
  done
  [[ $(< "$LOCKSTEP_STORE/index.json") == "$index" ]] || fail "a broken index was overwritten"
done
finish
