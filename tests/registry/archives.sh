#!/bin/bash
# save and load: archives that skopeo, umoci and podman read, and theirs here; there and back nothing is lost.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image everything common
registry plain
fill common "$host/test/common:v1"
name=$host/test/common:v1
pulls "$name"
digest=$("$fetch" inspect -q "$name")
compared=--mine
(( EUID != 0 )) || compared=--all

entries() { python3 "$here/entries.py" "$compared" "$1"; }
# unpacks_alike LAYOUT:TAG WHAT: by umoci to the same as the original.
unpack_by_umoci() {
  local rootless=(--rootless)
  (( EUID != 0 )) || rootless=()
  rm -rf "$2"
  umoci unpack "${rootless[@]}" --image "$1" "$2" 2> "$said/umoci" || fail "umoci can't unpack $1: $(< "$said/umoci")"
}
unpack_by_umoci "$layout:common" original
entries original/rootfs > original.entries
unpacks_alike() {
  unpack_by_umoci "$1" again
  diff original.entries <(entries again/rootfs) > "$said/diff" || fail "$2 is another image: $(head -3 "$said/diff" | cut -c1-300)"
}
# is_whole STORE NAME WHAT: exported it is the original.
is_whole() {
  rm -rf out
  "$fetch" --store "$1" export "$2" out > "$said/out" 2>&1 || { fail "$3: $2 can't be exported: $(< "$said/out")"; return; }
  diff original.entries <(entries out) > "$said/diff" || fail "$3 is another image: $(head -3 "$said/diff" | cut -c1-300)"
}

# Ours, read by others.
succeeds "$fetch" save -o saved.tar "$name"
mkdir saved && tar -xf saved.tar -C saved
tag=$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' saved/index.json)
[[ $(jq -r '.manifests[0].digest' saved/index.json) == "$digest" ]] || fail "save changes the digest"
skopeo copy -q oci-archive:saved.tar oci:by-skopeo:v1 || fail "skopeo can't read the archive"
unpacks_alike by-skopeo:v1 "what skopeo reads from an archive of ours"
[[ $tag == "$name" || $tag == v1 ]] || fail "the image in the archive is called $tag"
succeeds "$fetch" save --format docker-archive -o docker-saved.tar "$name"
skopeo copy -q docker-archive:docker-saved.tar oci:by-skopeo:v2 || fail "skopeo can't read the archive in Docker's form"
unpacks_alike by-skopeo:v2 "what skopeo reads from an archive in Docker's form"

# Ours, read by us: by a file, through a pipe.
succeeds "$fetch" --store loaded load -i saved.tar
is_whole loaded "$name" "what was saved and loaded"
succeeds "$fetch" --store loaded-too load -i docker-saved.tar
is_whole loaded-too "$name" "what was saved in Docker's form and loaded"
"$fetch" save -o - "$name" | "$fetch" --store piped load -i - > "$said/out" 2>&1 || fail "save | load: $(< "$said/out")"
is_whole piped "$name" "save | load"
[[ $("$fetch" --store piped inspect -q "$name") == "$digest" ]] || fail "save | load changes the digest"

# Others', read by us: as OCI and as Docker have it, plain, gzip and zstd.
skopeo copy -q "oci:$layout:common" oci-archive:oci.tar:localhost/from/skopeo:v1
skopeo copy -q "oci:$layout:common" docker-archive:docker.tar:localhost/from/docker:v1
gzip -k oci.tar docker.tar
files=(oci.tar docker.tar oci.tar.gz docker.tar.gz)
if command -v zstd > /dev/null; then zstd -q oci.tar && files+=(oci.tar.zst); fi
for file in "${files[@]}"; do
  rm -rf theirs
  succeeds "$fetch" --store theirs load -i "$file"
  is_whole theirs "$("$fetch" --store theirs list -q)" "$file"
done
rm -rf theirs
succeeds "$fetch" --store theirs "oci:$layout:common"
is_whole theirs "$("$fetch" --store theirs list -q)" "oci:"
rm -rf theirs
succeeds "$fetch" --store theirs docker-archive:docker.tar
is_whole theirs "$("$fetch" --store theirs list -q)" "docker-archive:"

# The store is a layout itself.
skopeo copy -q "oci:$LOCKSTEP_STORE:$name" oci:from-store:v1 || fail "skopeo can't read the store"
unpacks_alike from-store:v1 "what skopeo reads from the store"

# podman, with a place of its own.
if command -v podman > /dev/null && (( EUID == 0 )); then
  podman=(podman --root "$temporary/podman" --runroot "$temporary/podman-run" --storage-driver vfs)
  "${podman[@]}" load -q -i saved.tar > "$said/out" 2>&1 || fail "podman can't load the archive: $(< "$said/out")"
  id=$("${podman[@]}" images -q | head -1)
  "${podman[@]}" tag "$id" localhost/from/podman:v1
  diff original.entries <(entries "$("${podman[@]}" image mount "$id")") > "$said/diff" ||
    fail "what podman loads is another image: $(head -3 "$said/diff" | cut -c1-300)"
  for format in oci-archive docker-archive; do
    "${podman[@]}" save -q --format "$format" -o "podman-$format.tar" localhost/from/podman:v1
    rm -rf theirs
    succeeds "$fetch" --store theirs load -i "podman-$format.tar"
    is_whole theirs "$("$fetch" --store theirs list -q | head -1)" "podman's $format"
  done
  "${podman[@]}" image umount --all > /dev/null
else
  echo "without podman, which needs root here"
fi

# What is no archive, or only half of one.
head -c 5000 oci.tar > half.tar
echo "no archive" > text.tar
: > empty.tar
for file in half text empty; do
  rm -rf theirs
  LOCKSTEP_STORE=$temporary/theirs denies "$file.tar" "$fetch" load -i "$file.tar"
  [[ ! -e theirs ]] || [[ -z $(find theirs/blobs theirs/layers -mindepth 2) ]] || fail "$file.tar left something"
done
denies "missing.tar" "$fetch" load -i missing.tar
finish
