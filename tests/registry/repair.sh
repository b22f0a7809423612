#!/bin/bash
# verify --repair: what is damaged or missing comes anew from where its image came, by its digest, and no name ever means something
# else afterwards. A pull sees damaged documents, too.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
make_image small other "another greeting"
registry plain
fill small "$host/test/small:v1"
front counted "${at[plain]}" pass
name=$host/test/small:v1
store=$LOCKSTEP_STORE
pulls "$name"
digest=$("$fetch" inspect -q "$name")
manifest=$store/blobs/sha256/${digest#*:}
config=$store/blobs/sha256/$(jq -r .config.digest "$manifest" | cut -d : -f 2)
blob=$store/blobs/sha256/$(jq -r '.layers[0].digest' "$manifest" | cut -d : -f 2)
folder=$store/layers/sha256/$(jq -r '.rootfs.diff_ids[0]' "$config" | cut -d : -f 2)

flip() { printf '\x55' | dd of="$1" bs=1 seek=20 conv=notrunc status=none; }
# finds TEXT: verify ends with 1 and says that
finds() {
  local status=0
  "$fetch" verify > "$said/out" 2>&1 || status=$?
  [[ $status == 1 && $(< "$said/out") == *"$1"* ]] || fail "verify ends with $status, without \"$1\": $(< "$said/out")"
}
# repairs: all of it, and the name means what it did
repairs() {
  succeeds "$fetch" verify --repair
  succeeds "$fetch" verify
  [[ $("$fetch" inspect -q "$name") == "$digest" ]] || fail "$name means something else now"
}

# Each part of the image; the tag means another image meanwhile.
fill other "${at[plain]}/test/small:v1"
for part in "$blob" "$config" "$manifest"; do
  flip "$part"
  finds "is damaged: its content has the digest"
  repairs
  rm "$part"
  finds "No such file or directory (ENOENT)"
  repairs
done
has_greeting "$name" small

# An unpacked layer comes from its blob, without the registry; without its blob, from there.
: > counted.requests
rm -r "$folder"
finds "the unpacked layer sha256:${folder##*/} is missing"
repairs
[[ $(requests counted true) == 0 ]] || fail "the registry was asked for a layer that is here"
[[ -d $folder ]] || fail "the layer was not unpacked again"
rm -r "$folder" "$blob"
repairs
[[ -d $folder && -e $blob ]] || fail "the layer did not come again"

# An image of one's own comes from nowhere: what is damaged of it is said again and again, and stays.
mkdir -p rootfs/etc
head -c 100000 /dev/urandom > rootfs/etc/data
succeeds "$fetch" import rootfs mine
own=$("$fetch" inspect -q mine)
data=$store/blobs/sha256/$(jq -r '.layers[0].digest' "$store/blobs/sha256/${own#*:}" | cut -d : -f 2)
cp "$data" kept
flip "$data"
for _ in 1 2; do
  denies "not repaired: mine: it came from no registry" "$fetch" verify --repair
  [[ -s $data ]] || fail "the damaged blob is gone"
  [[ $("$fetch" list -q | xargs) == "$name mine" ]] || fail "names: $("$fetch" list -q | xargs)"
  finds "needed by: mine"
done
cp kept "$data"
succeeds "$fetch" verify

# The registry doesn't have it, or isn't there: what is damaged stays, and is said again.
flip "$blob"
kill "${servers[0]}"
wait "${servers[0]}" || true
for _ in 1 2; do
  denies "not repaired: $name: " "$fetch" verify --repair
  [[ -s $blob ]] || fail "the damaged blob is gone"
  finds "needed by: $name"
done

# Pulled without blobs: that is no damage, and a pull with them makes it whole.
registry second
fill small "$host/test/small:v1"
name=$host/test/small:v1
fresh_store
succeeds "$fetch" --keep-blobs=false "$name"
succeeds "$fetch" verify
[[ $(< "$said/out") == *"$name has no blobs: save and push need"*"pull --keep-blobs"* ]] || fail "nothing is said of blobs: $(< "$said/out")"
for command in "export $name out" "bundle $name out" "save -o out $name"; do
  # shellcheck disable=SC2086  # words
  denies "pulled with --keep-blobs=false" "$fetch" $command
  hints "pull --keep-blobs $name"
  [[ ! -e out ]] || fail "$command has made something"
done
rm -r "$folder"
repairs
[[ -d $folder && ! -e $blob ]] || fail "it came otherwise than before"
succeeds "$fetch" --keep-blobs "$name"
[[ -e $blob ]] || fail "the blobs did not come"
[[ $("$fetch" verify) != *"no blobs"* ]] || fail "verify still misses the blobs"

# A pull sees that a document is damaged, and gets it anew.
for part in "$config" "$manifest"; do
  flip "$part"
  succeeds "$fetch" "$name"
  [[ $(< "$said/out") != *"is there already"* ]] || fail "a damaged document is \"there already\""
  succeeds "$fetch" verify
  succeeds "$fetch" "$name"
  [[ $(< "$said/out") == *"is there already"* ]] || fail "it came twice: $(< "$said/out")"
done
finish
