#!/bin/bash
# tag, rm, prune, verify: names of any kind, what nobody needs goes and nothing else, damage is found and named.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
store=$LOCKSTEP_STORE
digest=$("$fetch" busybox -q)

# Names as registries have them.
succeeds "$fetch" tag busybox localhost:5000/x/y:tag
succeeds "$fetch" tag busybox org/app
succeeds "$fetch" tag "${digest:7:12}" second
[[ $("$fetch" list -q | xargs) == "busybox localhost:5000/x/y:tag org/app:latest second" ]] ||
  fail "list: $("$fetch" list -q | xargs)"
for name in org/app org/app:latest docker.io/org/app localhost:5000/x/y:tag second:latest "$digest"; do
  [[ $("$fetch" inspect -q "$name") == "$digest" ]] || fail "$name is not found"
done
[[ ! -e $store/rootfs/second ]] || fail "a name alone has got a rootfs"
if command -v skopeo > /dev/null; then
  for name in localhost:5000/x/y:tag org/app:latest; do
    [[ $(skopeo inspect --format '{{.Digest}}' "oci:$store:$name") == "$digest" ]] || fail "skopeo doesn't find $name"
  done
fi
if command -v umoci > /dev/null; then
  [[ $(umoci list --layout "$store" | sort | xargs) == "busybox localhost:5000/x/y:tag org/app:latest second" ]] ||
    fail "umoci lists something else: $(umoci list --layout "$store")"
  succeeds umoci stat --image "$store:localhost:5000/x/y:tag"
fi

# Several go together, or none.
refuses 'no image "third"' "$fetch" rm second third
[[ $("$fetch" rm second org/app second:latest) == $'org/app:latest removed\nsecond removed' ]] || fail "rm of two says something else"
succeeds "$fetch" rm busybox
[[ $("$fetch" list -q) == localhost:5000/x/y:tag ]] || fail "rm took more than it was told"
[[ $(find "$store/blobs" -type f | wc -l) == 3 ]] || fail "rm took blobs that are needed"
succeeds "$fetch" export localhost:5000/x/y:tag out
succeeds "$fetch" busybox

# prune: nothing where all is needed; then a blob and a layer that nobody needs; files that are no blobs stay.
[[ $("$fetch" prune) == "there is nothing that no image and no container needs" ]] || fail "prune: $("$fetch" prune)"
stray=$(printf 'stray' | sha256sum | cut -d ' ' -f 1)
printf stray > "$store/blobs/sha256/$stray"
mkdir -p "$store/layers/sha256/$stray/deep/down"
touch "$store/blobs/sha256/README"
before=$(find "$store" | sort)
[[ $("$fetch" prune --dry-run -q) == "sha256:$stray"$'\n'"sha256:$stray" ]] || fail "prune -n: $("$fetch" prune -n -q)"
[[ $("$fetch" prune -n --format json) == '[{"kind":"blob","digest":"sha256:'"$stray"'","size":5},{"kind":"layer",'*']' ]] ||
  fail "prune -n -f json: $("$fetch" prune -n --format json)"
[[ $before == "$(find "$store" | sort)" ]] || fail "prune --dry-run changed the store"
[[ $("$fetch" prune) == *"blob   sha256:$stray (5 B)"*" freed" ]] || fail "prune says something else"
[[ ! -e $store/blobs/sha256/$stray && ! -e $store/layers/sha256/$stray ]] || fail "prune left something"
[[ -e $store/blobs/sha256/README ]] || fail "prune took a file that is no blob"

# What a container stands on stays.
mkdir -p "$store/containers/c1"
layer=$(find "$store/layers/sha256" -mindepth 1 -maxdepth 1)
echo "$layer" > "$store/containers/c1/layers"
printf 'busybox\n%s\n' "$digest" > "$store/containers/c1/image"
succeeds "$fetch" rm busybox localhost:5000/x/y:tag
succeeds "$fetch" prune
[[ -d $layer/bin ]] || fail "a container's layer was removed"
rm -r "$store/containers/c1"
succeeds "$fetch" prune
[[ -z $(find "$store/layers" "$store/blobs" -mindepth 2 ! -name README) ]] || fail "prune left $(find "$store/blobs")"
rm "$store/blobs/sha256/README"

# verify: each kind of damage is named, with the images that need it; repair makes the embedded one anew.
[[ $("$fetch" verify) == "0 images, 0 blobs (0 B): all as their digests say" ]] || fail "verify of nothing: $("$fetch" verify)"
succeeds "$fetch" busybox
succeeds "$fetch" tag busybox org/app
[[ $("$fetch" verify) == "2 images, 3 blobs ("*"): all as their digests say" ]] || fail "verify: $("$fetch" verify)"
blob=$store/blobs/sha256/$("$fetch" inspect busybox | sed -n 's/^layer: *sha256:\([0-9a-f]*\).*/\1/p')
manifest=$store/blobs/sha256/${digest#*:}
finds() { # TEXT: verify fails with it, names both images, and `verify --repair` makes the embedded one anew, under both names
  local status=0
  "$fetch" verify > "$said/out" 2> "$said/err" || status=$?
  (( status == 1 )) || fail "$1: verify ends with $status"
  [[ $(< "$said/out") == *"$1"* && $(< "$said/out") == *"needed by: busybox, org/app:latest"* ]] ||
    fail "$1: verify says $(< "$said/out")"
  succeeds "$fetch" verify --repair
  succeeds "$fetch" verify
  [[ $("$fetch" inspect -q org/app) == "$digest" && $("$fetch" inspect -q busybox) == "$digest" ]] || fail "$1: another image now"
}
printf x | dd of="$blob" bs=1 seek=5000 conv=notrunc status=none
finds 'is damaged: its content has the digest'
truncate -s 100 "$manifest"
finds 'is damaged: its content has the digest'
rm "$manifest"
finds 'No such file or directory (ENOENT)'
rm "$store/blobs/sha256/$("$fetch" inspect busybox | sed -n 's/^image id: *sha256://p')"
finds 'No such file or directory (ENOENT)'

# A lie in a config: the layer's tar has another diff id.
succeeds "$fetch" rm org/app
config=$(sed 's/"sha256:[0-9a-f]*"/"sha256:'"$stray"'"/' "$store/blobs/sha256/$("$fetch" inspect busybox | sed -n 's/^image id: *sha256://p')")
put() { local name; name=$(printf %s "$1" | sha256sum | cut -d ' ' -f 1); printf %s "$1" > "$store/blobs/sha256/$name"; echo "$name"; }
lie=$(sed "s/$("$fetch" inspect busybox | sed -n 's/^image id: *sha256://p')/$(put "$config")/" "$manifest")
name=$(put "$lie")
sed -i "s/${digest#*:}/$name/g; s/\"size\":[0-9]*/\"size\":${#lie}/" "$store/index.json"
"$fetch" verify > "$said/out" 2>&1 && fail "a lying diff id was not found"
[[ $(< "$said/out") == *"has the diff id"*"and the image's config says sha256:$stray"* ]] || fail "verify: $(< "$said/out")"
refuses "and the image's config says sha256:$stray" "$fetch" export busybox lying
[[ ! -e lying ]] || fail "the lie was exported"
finish
