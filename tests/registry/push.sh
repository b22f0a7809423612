#!/bin/bash
# push: what was pulled, made or changed here is at a registry then, and others read it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
make_image platforms
registry plain
first=$host
fill small "$first/test/small:v1"
registry second
second=$host

# From one registry to another: the same digest.
pulls "$first/test/small:v1"
succeeds "$fetch" tag "$first/test/small:v1" "$second/copy/small:v2"
succeeds "$fetch" push "$second/copy/small:v2"
[[ $(digest_at "$second/copy/small:v2") == $(digest_at "$first/test/small:v1") ]] || fail "another digest was pushed"
skopeo copy -q --src-tls-verify=false "docker://$second/copy/small:v2" oci:copied:v1 || fail "skopeo can't read what was pushed"
umoci unpack --rootless --image copied:v1 copied-bundle 2> /dev/null || fail "umoci can't unpack what was pushed"
[[ $(< copied-bundle/rootfs/etc/greeting) == small ]] || fail "what was pushed is another image"

# What the registry has is not sent again.
front counted "$second" pass
succeeds "$fetch" tag "$first/test/small:v1" "$host/copy/small:v3"
succeeds "$fetch" push "$host/copy/small:v3"
[[ $(requests counted '.method == "PUT" and (.path | test("/uploads/"))') == 0 ]] || fail "blobs were sent that are there"
[[ $(digest_at "$second/copy/small:v3") == $(digest_at "$first/test/small:v1") ]] || fail "another digest was pushed the second time"

# The embedded image, which no registry had; then back, by another store.
"$fetch" busybox -q > /dev/null
succeeds "$fetch" tag busybox "$second/own/busybox:latest"
succeeds "$fetch" push "$second/own/busybox"
LOCKSTEP_STORE=$temporary/another pulls "$second/own/busybox"
[[ $("$fetch" --store another inspect -q "$second/own/busybox") == $("$fetch" inspect -q busybox) ]] || fail "another busybox came back"

# With a password, and with a token.
passwords alice secret
registry basic "${wants_password[@]}"
succeeds "$fetch" tag "$first/test/small:v1" "$host/mine/small:v1"
denies "$host" "$fetch" push "$host/mine/small:v1"
hints login
"$fetch" login "$host" -u alice --password-stdin <<< secret > /dev/null
succeeds "$fetch" push "$host/mine/small:v1"
succeeds skopeo inspect --creds alice:secret --tls-verify=false "docker://$host/mine/small:v1"
tokens issuer 60 bob:builder
registry bearer "${wants_tokens[@]}"
succeeds "$fetch" tag "$first/test/small:v1" "$host/mine/small:v1"
denies "$host" "$fetch" push "$host/mine/small:v1"
"$fetch" login "$host" -u bob --password-stdin <<< builder > /dev/null
succeeds "$fetch" push "$host/mine/small:v1"
succeeds skopeo inspect --tls-verify=false "docker://$host/mine/small:v1"

# What isn't here, and where nobody listens; a registry that is busy.
denies "nothing" "$fetch" push "$second/test/nothing:v1"
succeeds "$fetch" tag "$first/test/small:v1" localhost:1/test/small:v1
denies "localhost:1" "$fetch" push localhost:1/test/small:v1
registry third
front busy "$host" busy 1
succeeds "$fetch" tag "$first/test/small:v1" "$host/test/small:v1"
succeeds "$fetch" push "$host/test/small:v1"
[[ $(digest_at "${at[third]}/test/small:v1") == $(digest_at "$first/test/small:v1") ]] || fail "another digest was pushed to the busy one"
finish
