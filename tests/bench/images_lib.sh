# For images.sh: a Debian image of several layers, which is made once, and who pulls it.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # for lib.sh and images.sh

# The root's folders, a layer for each line; the first has all that is in no other.
layer_folders=(
  "the rest"
  "usr/lib/*-linux-gnu*"
  "usr/lib/python3* usr/lib/perl* usr/lib/systemd usr/lib/apt"
  "usr/share/doc usr/share/locale usr/share/man usr/share/zoneinfo"
  "usr/share/perl* usr/share/python* usr/share/i18n usr/bin"
)

# A mirror that this machine's apt uses, and the release that this machine has.
choose_mirror() {
  # shellcheck disable=SC2016  # apt-get's own variables
  mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Identifier: Packages' 2>/dev/null | head -n 1)
  release=${mirror#* } mirror=${mirror%% *}
  [[ $mirror == *://* && $release ]] || fail "apt's lists name no mirror: apt-get update"
}

# make_layout FOLDER: an OCI image FOLDER:v1 of a Debian root, by debootstrap and umoci.
make_layout() {
  local new=$1.new folders folder number=0
  choose_mirror
  say "making the image: $release from $mirror; it is kept in $1"
  rm -rf "$new"
  mkdir -p "$new"
  debootstrap --variant=minbase --include=perl,python3,ca-certificates "$release" "$new/root" "$mirror" &>"$new/log" ||
    fail "debootstrap failed: $(tail -n 3 "$new/log")"
  rm -rf "$new"/root/var/cache/apt/* "$new"/root/var/lib/apt/lists/* "$new"/root/dev/* "$new"/root/proc/* "$new"/root/sys/*
  umoci init --layout "$new/layout"
  umoci new --image "$new/layout:v1"
  umoci unpack --image "$new/layout:v1" "$new/bundle"
  mkdir "$new/parts"
  for folders in "${layer_folders[@]:1}"; do
    number=$((number + 1))
    mkdir "$new/parts/$number"
    (cd "$new/root" && for folder in $folders; do [ ! -e "$folder" ] || printf '%s\0' "$folder"; done) |
      tar -C "$new/root" --null -T - --numeric-owner --xattrs -cf - | tar -C "$new/parts/$number" --xattrs -xpf -
    (cd "$new/root" && for folder in $folders; do rm -rf "$folder"; done)
  done
  mv "$new/root" "$new/parts/0"
  for ((number = 0; number < ${#layer_folders[@]}; ++number)); do
    cp -a "$new/parts/$number/." "$new/bundle/rootfs"
    umoci repack --refresh-bundle --image "$new/layout:v1" "$new/bundle"
  done
  umoci gc --layout "$new/layout"
  mv "$new/layout" "$1"
  rm -rf "$new"
}

# describe_layout FOLDER: in a sentence; sets `urls`, the layers' places at $host.
describe_layout() {
  local manifest digest entries=0 bytes=0 packed=0
  manifest=$(skopeo inspect --raw "oci:$1:v1")
  urls=()
  for digest in $(jq -r '.layers[].digest' <<<"$manifest"); do
    urls+=("http://$host/v2/bench/debian/blobs/$digest")
    entries=$((entries + $(gzip -dc "$1/blobs/sha256/${digest#*:}" | tar -tf - | wc -l)))
    bytes=$((bytes + $(gzip -dc "$1/blobs/sha256/${digest#*:}" | wc -c)))
  done
  packed=$(jq '[.layers[].size] | add' <<<"$manifest")
  say "the image: ${#urls[@]} layers, $entries entries, $((bytes >> 20)) MiB as tar, $((packed >> 20)) MiB as gzip"
}

# A script for each way to get the image; its argument is a new folder.
write_ways() {
  cat >"$work/rootfs-fetch" <<WAY
#!/bin/sh
exec "$build/rootfs-fetch" --store "\$1/store" --quiet "$host/bench/debian:v1"
WAY
  cat >"$work/umoci" <<WAY
#!/bin/sh
skopeo copy --quiet --src-tls-verify=false "docker://$host/bench/debian:v1" "oci:\$1/layout:v1" &&
  exec umoci unpack --image "\$1/layout:v1" "\$1/bundle"
WAY
  cat >"$work/podman" <<WAY
#!/bin/sh
exec podman --root "\$1/root" --runroot "\$(mktemp -d /run/bench.XXXXXX)" --storage-driver overlay pull --quiet --tls-verify=false "$host/bench/debian:v1"
WAY
  { # every layer into a folder of its own, as overlayfs wants them; all at once, which is more than any of the others do
    echo '#!/bin/bash'
    echo 'set -e -o pipefail'
    local number
    for number in "${!urls[@]}"; do
      echo "mkdir \"\$1/$number\""
      echo "curl -sf '${urls[number]}' | gzip -dc | tar -C \"\$1/$number\" --numeric-owner --xattrs -xpf - &"
      echo "pids+=(\$!)"
    done
    # shellcheck disable=SC2016  # for that script
    echo 'for pid in "${pids[@]}"; do wait "$pid"; done'
  } >"$work/tar"
  chmod +x "$work"/{rootfs-fetch,umoci,podman,tar}
}
