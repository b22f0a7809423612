#!/bin/bash
# What an image unpacks to, entry by entry, is what umoci and podman make of it: names, kinds, modes, owners, times to the nanosecond,
# attributes, links, content. As a folder (export) and as the steps mount it (an overlay of the layers).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
compared=--all rootless=()
(( EUID == 0 )) || compared=--mine rootless=(--rootless)

registry plain
images=(everything common implicit sparse-pax-0 sparse-pax-1)
for image in everything "everything common" implicit "sparse pax-0" "sparse pax-1"; do
  # shellcheck disable=SC2086  # words
  make_image $image
done
if command -v dpkg > /dev/null; then
  python3 "$here/debian.py" "$layout" debian base-files bash coreutils apt
  images+=(debian)
fi

# same_entries FROM TO WHAT
same_entries() {
  diff "$1" "$2" > "$said/diff" || fail "$3: $(grep -c '^[<>]' "$said/diff") lines differ, such as: $(head -4 "$said/diff" | cut -c1-300)"
}
entries() { python3 "$here/entries.py" "$1" "$2" | grep -v '"name": "dev/null", "kind": "file"' ; }

# mounted REFERENCE FOLDER: the overlay of its layers, as the steps mount it, in words.
mounted() {
  local layers
  layers=$(skopeo inspect --config "oci:$LOCKSTEP_STORE:$1" | jq -r --arg layers "$LOCKSTEP_STORE/layers/sha256/" \
    '.rootfs.diff_ids | reverse | map($layers + sub("sha256:"; "")) | join(":")')
  mkdir -p "$2" none
  # shellcheck disable=SC2016  # for the inner shell
  in_mounts bash -c 'mount -t overlay -o "ro,$4lowerdir=$1:none" overlay "$2" && python3 "$3" --merged "$2"' _ "$layers" "$2" "$here/entries.py" \
    "$( (( EUID == 0 )) || echo userxattr,)"
}

for image in "${images[@]}"; do
  fill "$image" "$host/test/$image:v1"
  pulls "$host/test/$image:v1"
  umoci unpack "${rootless[@]}" --image "$layout:$image" "umoci-$image" 2> "$said/umoci" || fail "umoci can't unpack $image: $(< "$said/umoci")"
  succeeds "$fetch" export "$host/test/$image:v1" "ours-$image"
  entries "$compared" "umoci-$image/rootfs" > "umoci-$image.entries"
  entries "$compared" "ours-$image" > "ours-$image.entries"
  same_entries "umoci-$image.entries" "ours-$image.entries" "$image, umoci's and ours"
  echo "$image: $(wc -l < "ours-$image.entries") entries as umoci has them"
  [[ -s ours-$image.entries ]] || fail "$image has no entry"
  # (What becomes of a folder that a layer only implies is lost in an overlay: its other attributes are in another layer. With
  # podman's overlays, too.)
  if (( EUID == 0 )) && [[ $image != implicit ]]; then
    mounted "$host/test/$image:v1" "merged-$image" > merged.entries || fail "$image: its layers can't be mounted"
    same_entries <(entries --merged "umoci-$image/rootfs") merged.entries "$image, umoci's and our layers mounted"
  fi
done

# Holes stay holes.
make_image sparse gnu
fill sparse-gnu "$host/test/sparse-gnu:v1"
pulls "$host/test/sparse-gnu:v1"
succeeds "$fetch" export "$host/test/sparse-gnu:v1" ours-sparse-gnu
for file in ours-sparse-pax-0/pax-0 ours-sparse-pax-1/pax-1 ours-sparse-gnu/gnu; do
  (( $(du -k "$file" | cut -f1) < 100 )) || fail "$file takes $(du -k "$file" | cut -f1) KiB on the disk"
done
[[ $(stat -c %s ours-sparse-gnu/gnu) == $((20 << 20)) ]] || fail "GNU's sparse file has $(stat -c %s ours-sparse-gnu/gnu) bytes"

# As podman has it (which leaves out times before 1970 and hard links to symbolic ones: not in these images).
if (( EUID != 0 )) || ! command -v podman > /dev/null; then
  echo "without podman, which is not installed or needs root here"
  finish
  exit
fi
podman=(podman --root "$temporary/podman" --runroot "$temporary/podman-run" --storage-driver vfs)
for image in common debian; do
  [[ -e ours-$image ]] || continue
  "${podman[@]}" pull -q --tls-verify=false "$host/test/$image:v1" > "$said/out" 2>&1 || fail "podman pull: $(< "$said/out")"
  entries --all "$("${podman[@]}" image mount "$host/test/$image:v1")" > podman.entries
  same_entries podman.entries "ours-$image.entries" "$image, podman's and ours"
  echo "$image: $(wc -l < podman.entries) entries as podman has them"
done
"${podman[@]}" image umount --all > /dev/null
finish
