#!/bin/bash
# An index has an image for each platform: this machine's is taken, or the one that is asked for.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image platforms
registry plain
for name in platforms elsewhere; do fill "$name" "$host/test/$name:v1" --all; done
case $(uname -m) in x86_64) own=amd64 ;; aarch64) own=arm64/v8 ;; *) echo "skipped: the images have no $(uname -m)"; exit 77 ;; esac

# Lists in a list, which skopeo doesn't copy. (Their images are there already.)
put() {  # DIGEST TAG-OR-DIGEST
  curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' --data-binary "@$layout/blobs/sha256/${1#*:}" \
    "http://$host/v2/test/platforms/manifests/$2" || fail "the registry does not take $1"
}
nested=$(jq -r '.manifests[] | select(.annotations[] == "nested").digest' "$layout/index.json")
for inner in $(jq -r '.manifests[].digest' "$layout/blobs/sha256/${nested#*:}"); do put "$inner" "$inner"; done
put "$nested" nested

# expect PLATFORM REFERENCE [OPTION…]: that image is pulled.
expect() {
  local expected=$1 got
  shift
  fresh_store
  timeout 60 "$fetch" "$@" > "$said/out" 2> "$said/err" || { fail "$*: $(head -1 "$said/err")"; return; }
  rm -rf out
  "$fetch" export "$1" out > "$said/out" 2>&1 || { fail "$*: $(< "$said/out")"; return; }
  got=$(< out/etc/platform)
  [[ $got == "$expected" ]] || fail "$*: $got instead of $expected"
}

for tag in v1 nested; do
  name=$host/test/platforms:$tag
  expect "linux/$own" "$name"
  expect linux/arm64/v8 "$name" --platform linux/arm64
  expect linux/arm64/v8 "$name" --platform linux/arm64/v8
  expect linux/arm/v7 "$name" --platform linux/arm/v7
  expect linux/arm/v6 "$name" --platform linux/arm/v6
  expect linux/arm/v7 "$name" --platform linux/arm  # the newest that the word means
  expect linux/s390x "$name" --platform linux/s390x
  [[ $("$fetch" list -f json | jq -r '.[0].platform') == linux/s390x* ]] || fail "list: $("$fetch" list)"
done

fresh_store
denies "linux/${own%%/*}" "$fetch" "$host/test/elsewhere:v1"
hints linux/s390x  # what there is
denies riscv64 "$fetch" "$host/test/platforms:v1" --platform linux/riscv64
denies "" "$fetch" "$host/test/platforms:v1" --platform linux/
denies "" "$fetch" "$host/test/platforms:v1" --platform ''
store_is_empty "no image for that platform"

# Both digests name it: the index's and the image's own.
index=$(digest_at "$host/test/platforms:v1")
own_digest=$(skopeo inspect --raw --tls-verify=false "docker://$host/test/platforms:v1" |
  jq -r --arg own "${own%/*}" '.manifests[] | select(.platform.architecture == $own and .platform.os == "linux").digest')
expect "linux/$own" "$host/test/platforms@$index"
expect "linux/$own" "$host/test/platforms@$own_digest"

# An image of one platform, asked for another.
make_image small
fill small "$host/test/small:v1"
fresh_store
denies s390x "$fetch" "$host/test/small:v1" --platform linux/s390x
store_is_empty "the image is for another platform"
finish
