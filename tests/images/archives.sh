#!/bin/bash
# save, load, import; oci:, oci-archive:, docker-archive: and dir: as sources of pull: what goes out comes back as it
# was, from our own archives and other tools', packed or not, from a file or a pipe.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
digest=$("$fetch" busybox -q)
succeeds "$fetch" tag busybox org/app:1
succeeds "$fetch" export busybox reference

comes_back() { # NAME: the store has it, whole, with the same files
  succeeds "$fetch" export "$1" back
  same_files back reference
  rm -rf back
  succeeds "$fetch" verify
}
anew() { rm -rf "$LOCKSTEP_STORE"; }

# An OCI archive: the very same image.
succeeds "$fetch" save -o a.tar busybox org/app:1
"$fetch" save busybox org/app:1 | cmp - a.tar || fail "an archive to a pipe is another one"
[[ $(tar tf a.tar | sort -u | wc -l) == 5 && $(tar tf a.tar | wc -l) == 5 ]] || fail "in the archive: $(tar tf a.tar)"
anew
[[ $("$fetch" load -q < a.tar) == "$digest"$'\n'"$digest" ]] || fail "load -q says something else"
[[ $("$fetch" list -q | xargs) == "busybox org/app:1" ]] || fail "loaded: $("$fetch" list -q | xargs)"
comes_back org/app:1
for packer in gzip zstd xz bzip2; do
  command -v "$packer" > /dev/null || continue
  "$packer" -c a.tar > "a.$packer"
  anew
  succeeds "$fetch" load -i "a.$packer"
  [[ $("$fetch" inspect -q busybox) == "$digest" ]] || fail "$packer: another digest"
done
anew
refuses '"a.tar" has 2 images' "$fetch" load -i a.tar other
refuses '"a.tar" has 2 images' "$fetch" pull oci-archive:a.tar
hints 'oci-archive:a.tar:NAME'
succeeds "$fetch" oci-archive:a.tar:org/app:1
[[ $("$fetch" list -q) == org/app:1 ]] || fail "pulled: $("$fetch" list -q | xargs)"

# docker's: the same config, so the same image ID; plain layers.
id=$("$fetch" inspect org/app:1 | sed -n 's/^image id: *//p')
succeeds "$fetch" save --format docker-archive -o d.tar org/app:1
[[ $(tar xOf d.tar manifest.json) == '[{"Config":"'"${id#*:}"'.json","Layers":["'*'.tar"],"RepoTags":["org/app:1"]}]' ]] ||
  fail "manifest.json: $(tar xOf d.tar manifest.json)"
anew
succeeds "$fetch" load -i d.tar
[[ $("$fetch" inspect org/app:1 | sed -n 's/^image id: *//p') == "$id" ]] || fail "another image ID"
comes_back org/app:1
anew
succeeds "$fetch" docker-archive:d.tar
comes_back org/app:1
succeeds "$fetch" load -i d.tar again
[[ $("$fetch" list -q | xargs) == "again org/app:1" ]] || fail "load with a name: $("$fetch" list -q | xargs)"

# Layers as links and in folders of their own, as docker's older versions write them.
mkdir old "old/one" "old/two"
tar xf d.tar -C old
tarball=$(cd old && ls -- *.tar)
mv "old/$tarball" old/one/layer.tar
ln -s ../one/layer.tar old/two/layer.tar
sed -i "s/$tarball/two\/layer.tar/" old/manifest.json
tar cf old.tar -C old .
anew
succeeds "$fetch" load -i old.tar
comes_back org/app:1

# A layout, and a root file system.
if command -v skopeo > /dev/null; then
  succeeds skopeo copy -q "oci:$LOCKSTEP_STORE:org/app:1" "oci:$temporary/layout:v1"
  succeeds skopeo copy -q "oci:$LOCKSTEP_STORE:org/app:1" "docker-archive:$temporary/skopeo.tar:some/where:2"
  [[ $(skopeo inspect --format '{{.Os}}' oci-archive:a.tar:busybox) == linux ]] || fail "skopeo can't read our OCI archive"
  [[ $(skopeo inspect --format '{{.Os}}' docker-archive:d.tar) == linux ]] || fail "skopeo can't read our docker archive"
  wanted=$(skopeo inspect --format '{{.Digest}}' oci:layout:v1)
  anew
  succeeds "$fetch" oci:layout
  [[ $("$fetch" inspect -q v1) == "$wanted" ]] || fail "pulled from a layout, another digest"
  succeeds "$fetch" load -i skopeo.tar
  comes_back some/where:2
  refuses 'has no image "v2"' "$fetch" oci:layout:v2
  hints '"v1"'
fi
anew
succeeds "$fetch" import reference one
comes_back one
succeeds "$fetch" dir:reference
comes_back reference
tar cf plain.tar -C reference .
for packer in cat gzip zstd; do
  "$packer" < plain.tar > packed
  succeeds "$fetch" import packed two --change 'CMD ["/bin/sh", "-l"]' --message hello
  comes_back two
done
[[ $("$fetch" inspect two) == *'command:      ["/bin/sh", "-l"]'* ]] || fail "import --change: $("$fetch" inspect two)"
succeeds "$fetch" import - three < plain.tar
comes_back three
SOURCE_DATE_EPOCH=0 "$fetch" import plain.tar x -q > first
SOURCE_DATE_EPOCH=0 "$fetch" import plain.tar y -q | cmp - first || fail "the same tar is another image"

# What can't be loaded leaves the store as it was.
before=$(find "$LOCKSTEP_STORE" -printf '%p %s\n' | sort)
head -c 300000 a.tar > cut.tar
tar cf empty.tar -T /dev/null
tar cf missing.tar -C old manifest.json
mkdir bad && tar xf a.tar -C bad
printf x | dd of="bad/blobs/sha256/${digest#*:}" bs=1 seek=20 conv=notrunc status=none
tar cf flipped.tar -C bad .
refuses 'Truncated tar archive' "$fetch" load -i cut.tar
refuses 'is no archive of images' "$fetch" load -i empty.tar
refuses 'has no "' "$fetch" load -i missing.tar
hints 'it is incomplete'
refuses "has no blob $digest" "$fetch" load -i flipped.tar
refuses "the blob $digest is damaged" "$fetch" pull oci:bad:busybox
refuses 'No such file or directory (ENOENT)' "$fetch" load -i nowhere.tar
refuses 'Unrecognized archive format' "$fetch" load -i /etc/passwd
refuses 'is no OCI image layout' "$fetch" pull oci:reference
refuses 'is no tar' "$fetch" import /etc/passwd x
refuses 'No such file or directory (ENOENT)' "$fetch" import nowhere x
refuses 'unpacks to more than' "$fetch" load --max-size 100k -i a.tar
refuses 'unpacks to more than' "$fetch" import --max-size 100k plain.tar x
[[ $before == "$(find "$LOCKSTEP_STORE" -printf '%p %s\n' | sort)" ]] ||
  fail "a refusal changed the store: $(diff <(echo "$before") <(find "$LOCKSTEP_STORE" -printf '%p %s\n' | sort))"

# save: complete or not at all.
refuses 'no image "nothing"' "$fetch" save -o n.tar x nothing
refuses 'No such file or directory (ENOENT)' "$fetch" save -o no/such/n.tar x
printf x | dd of="$LOCKSTEP_STORE/blobs/sha256/$("$fetch" inspect x | sed -n 's/^layer: *sha256:\([0-9a-f]*\).*/\1/p')" \
  bs=1 seek=5000 conv=notrunc status=none
refuses 'is damaged' "$fetch" save -o n.tar x
refuses 'is damaged' "$fetch" save --format docker-archive -o n.tar x
[[ -z $(ls ./n.tar* 2> /dev/null) ]] || fail "save left $(ls ./n.tar*)"
left=$(find "$LOCKSTEP_STORE/.incoming" "$LOCKSTEP_STORE/.workshop" -mindepth 1)
[[ -z $left ]] || fail "left in the store: $left"
finish
