#!/bin/bash
# Pulls from a registry without TLS or passwords: by tag, by digest, in all the ways to write it; the second pull; and what
# can't be had says why and leaves the store as it was.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"

make_image small
registry plain
front counted "$host" pass
fill small "${at[plain]}/test/small:v1"
digest=$(digest_at "${at[plain]}/test/small:v1")
name=$host/test/small:v1

pulls "$name"
has_greeting "$name" small
[[ $("$fetch" inspect -q "$name") == "$digest" ]] || fail "another digest: $("$fetch" inspect -q "$name")"
[[ $("$fetch" list -q) == "$name" ]] || fail "another name: $("$fetch" list -q)"
[[ $(skopeo inspect "oci:$LOCKSTEP_STORE:$name" | jq -r .Digest) == "$digest" ]] || fail "skopeo can't read the store"
[[ $(requests counted "$blobs") == 3 ]] || fail "$(requests counted "$blobs") requests for three blobs"

# Again: nothing but the question what the tag is now.
pulls "$name"
[[ $(requests counted "$blobs") == 3 ]] || fail "the second pull asked for blobs"
[[ $("$fetch" "$name" -q) == "$digest" ]] || fail "-q: $("$fetch" "$name" -q)"

# Another name of the same: no blob either. By digest; with the scheme; with the command's name.
fill small "${at[plain]}/test/small:latest"
for reference in "$host/test/small" "docker://$host/test/small:v1" "$host/test/small@$digest" "$host/test/small:v1@$digest"; do
  pulls "$reference"
done
succeeds "$fetch" pull "$name"
[[ $(requests counted "$blobs") == 3 ]] || fail "another name of the same image, and blobs were asked for"

# The tag has moved: the name follows.
make_image small moved "has moved"
fill moved "${at[plain]}/test/small:v1"
pulls "$name"
has_greeting "$name" "has moved"
[[ $("$fetch" inspect -q "$host/test/small@$digest") == "$digest" ]] || fail "the image of the digest was changed"

# A registry that compresses nothing and gives no lengths is one all the same.
front bare "${at[plain]}" lie no-length
fresh_store
pulls "$host/test/small:v1"
has_greeting "$host/test/small:v1" "has moved"

# A long name, as deep as registries allow.
deep=$(printf 'a%.0s' {1..60})/b_c-d.e__f/$(printf 'z%.0s' {1..60})
fill small "${at[plain]}/$deep:$(printf 't%.0s' {1..128})"
pulls "${at[plain]}/$deep:$(printf 't%.0s' {1..128})"

# What isn't there.
fresh_store
host=${at[plain]}
denies "$host/test/nothing" "$fetch" "$host/test/nothing:v1"
denies "v9" "$fetch" "$host/test/small:v9"
denies "$host/test/small" "$fetch" "$host/test/small@sha256:$(printf '0%.0s' {1..64})"
denies "localhost:1" "$fetch" localhost:1/test/small
denies "registry.invalid" "$fetch" registry.invalid/test/small
store_is_empty "nothing could be pulled"
for reference in "$host/Test/small" "$host/test/small:" "$host/test/small:a/b:c" "$host/test/small@sha256:12" "$host/" \
    "$host/test//small" "$host/../small"; do
  denies "" "$fetch" "$reference"
done
store_is_empty "references that are none"
make_image artifact
fill artifact "$host/test/artifact:v1"
denies "$host/test/artifact" "$fetch" "$host/test/artifact:v1"
denies "artifact\" is no image, but something else" "$fetch" "oci:$layout:artifact"
store_is_empty "what is no image"
make_image wrong_diff_id
fill wrong_diff_id "$host/test/liar:v1"
denies "diff" "$fetch" "$host/test/liar:v1"
store_is_empty "a config that lies about its layers"
finish
