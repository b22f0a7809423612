#!/bin/bash
# list, inspect, export, rm; and every wrong way to call them: one line, a hint, exit status 1, and nothing
# made or changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"

# Before there is a store.
[[ $("$fetch" list -q) == "" ]] || fail "an empty store lists: $("$fetch" list -q)"
[[ $("$fetch" list -f json) == "[]" ]] || fail "an empty store lists: $("$fetch" list -f json)"
for command in "inspect busybox" "rm busybox" "export busybox out"; do
  # shellcheck disable=SC2086  # words
  refuses 'no image "busybox" in the store' "$fetch" $command
  hints 'rootfs-fetch busybox'
done
[[ ! -e $LOCKSTEP_STORE && ! -e out ]] || fail "looking made something"

digest=$("$fetch" busybox -q)
[[ $("$fetch" list | sed -n 's/  */ /gp' | tail -1) == "busybox ${digest:7:12} "*" MB linux/"* ]] ||
  fail "list: $("$fetch" list)"
[[ $("$fetch" list -q) == busybox ]] || fail "list -q: $("$fetch" list -q)"
[[ $("$fetch" list --format json) == '[{"name":"busybox","digest":"'"$digest"'","platform":"linux/'*'","size":'*'}]' ]] ||
  fail "list -f json: $("$fetch" list -f json)"
[[ $("$fetch" inspect busybox) == *"digest:       $digest"*'command:      ["/bin/sh"]'*"rootfs:       $LOCKSTEP_STORE/rootfs/busybox"* ]] ||
  fail "inspect: $("$fetch" inspect busybox)"
[[ $("$fetch" inspect busybox -q) == "$digest" ]] || fail "inspect -q: $("$fetch" inspect busybox -q)"
[[ $("$fetch" inspect busybox --format json) == '{"name":"busybox","digest":"'"$digest"'","size":'*'"layers":'*'"diff_ids":'*'}' ]] ||
  fail "inspect -f json: $("$fetch" inspect -f json busybox)"

# export: to a new folder, to an empty one, and never over anything.
[[ $("$fetch" export busybox out) == "busybox ($digest) exported to out" ]] || fail "export says something else"
layer=$(echo "$LOCKSTEP_STORE"/layers/sha256/*)
same_files out "$layer"
mkdir empty
[[ $("$fetch" export busybox -q "$temporary/empty/") == "" ]] || fail "export -q is not quiet"
same_files empty "$layer"
(mkdir here && cd here && "$fetch" export busybox . > /dev/null) || fail "export to the working directory"
same_files here "$layer"
mkdir full && touch full/file file
refuses '"full" is not empty' "$fetch" export busybox full
refuses '"file" is there, and is no folder' "$fetch" export busybox file
refuses 'No such file or directory (ENOENT)' "$fetch" export busybox missing/out
hints 'mkdir -p'
refuses 'DIR: expected a folder, got ""' "$fetch" export busybox ""
refuses 'a path has at most 4095' "$fetch" export busybox "$(printf '%05000d' 0)"
[[ $(printf "%s " * .[!.]*) == "empty file full here out store .[!.]* " && $(ls full) == file ]] || fail "export left something: $(ls -A)"

# Wrong in other ways.
before=$(find "$LOCKSTEP_STORE" -printf '%p %T@ %C@\n' | sort)
refuses 'no image "alpine:3.20" in the store' "$fetch" alpine:3.20 --offline
hints 'rootfs-fetch busybox'
touch two.tar
refuses 'load: "two.tar" is a file' "$fetch" load two.tar
rm two.tar
refuses 'open("/nope/x.tar", O_CREAT): No such file' "$fetch" save -o /nope/x.tar busybox
refuses 'login: there is no terminal to ask on' setsid -w "$fetch" login localhost:1 < /dev/null
hints --password-stdin
mkdir -p "$temporary/empty"
for command in "tag busybox" "import $temporary/empty"; do
  # shellcheck disable=SC2086  # words
  refuses "the repository's part \"Foo\"" "$fetch" $command Foo
  # shellcheck disable=SC2086  # words
  refuses 'the tag "bar:baz"' "$fetch" $command foo:bar:baz
done
refuses 'no image "nothing"' "$fetch" inspect nothing
hints 'it has "busybox"'
refuses 'no image "../x"' "$fetch" rm ../x
refuses 'no image "nothing"' "$fetch" export nothing new
refuses 'list: expected no arguments, got 1 argument' "$fetch" list busybox
refuses 'busybox: expected no arguments, got 2 arguments' "$fetch" busybox a b
refuses 'inspect: expected NAME, got nothing' "$fetch" inspect
refuses 'export: expected NAME DIR, got 1 argument' "$fetch" export busybox
refuses 'rm: expected NAME, got nothing' "$fetch" rm
refuses 'tag: expected IMAGE NAME, got 1 argument' "$fetch" tag busybox
refuses 'import: expected TAR|DIR [NAME], got nothing' "$fetch" import
refuses 'save: expected NAME…, got nothing' "$fetch" save -o x.tar
refuses 'bundle: expected NAME DIR, got 1 argument' "$fetch" bundle busybox
refuses 'prune: expected no arguments, got 1 argument' "$fetch" prune busybox
refuses '--format: expected oci-archive or docker-archive, got "zip"' "$fetch" save --format zip busybox
refuses 'expected a size, got "lots"' "$fetch" export --max-size lots busybox new
refuses 'has a digest, which an image has' "$fetch" tag busybox "org/app@sha256:$(printf 'a%.0s' {1..64})"
refuses '"oci:x" is a place' "$fetch" tag busybox oci:x
refuses "is not an image's name" "$fetch" tag busybox 'a b'
refuses 'no image "nothing"' "$fetch" rm busybox nothing
refuses '--format: expected table or json, got "yaml"' "$fetch" list --format yaml
refuses 'unknown option "--nope"' "$fetch" list --nope
refuses 'unknown option "--format"' "$fetch" rm busybox --format json
refuses '--store: DIR is missing' "$fetch" list --store
refuses '--store: expected a folder, got ""' "$fetch" --store= list
refuses 'is not an image store, and it is not empty' "$fetch" --store "$temporary/full" busybox
refuses 'Not a directory (ENOTDIR)' "$fetch" --store "$temporary/file" busybox
hints '--store DIR'
[[ $(ls -A full) == file ]] || fail "a folder that is no store was changed: $(ls -A full)"
[[ $before == "$(find "$LOCKSTEP_STORE" -printf '%p %T@ %C@\n' | sort)" ]] || fail "a refusal changed the store"

# rm takes everything.
mkdir -p "$LOCKSTEP_STORE/rootfs/busybox/deep/down"
[[ $("$fetch" rm busybox) == "busybox removed" ]] || fail "rm says something else"
left=$(find "$LOCKSTEP_STORE" -mindepth 1 -printf '%P\n' | sort | xargs)
[[ $left == ".incoming .workshop blobs blobs/sha256 index.json layers layers/sha256 oci-layout rootfs" ]] || fail "rm left: $left"
refuses 'no image "busybox"' "$fetch" rm busybox
[[ $("$fetch" busybox -q) == "$digest" ]] || fail "made again, another digest"
finish
