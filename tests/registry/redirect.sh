#!/bin/bash
# Blobs are often elsewhere: the other host gets the request as it was signed, and never the password or the token.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
registry plain
fill small "$host/test/small:v1"

# From a registry with passwords to a store without: another port, and the same host by another name.
passwords alice secret
registry basic "${wants_password[@]}"
fill small "$host/test/small:v1" --dest-creds alice:secret
front elsewhere "${at[plain]}" pass
front redirect "${at[basic]}" redirect "127.0.0.1:${at[elsewhere]#*:}"
"$fetch" login "$host" -u alice --password-stdin <<< secret > /dev/null
pulls "$host/test/small:v1"
has_greeting "$host/test/small:v1" small
[[ $(requests redirect '.authorization == "Basic"') -gt 0 ]] || fail "the registry saw no password"
[[ $(requests elsewhere "$blobs") == 3 ]] || fail "$(requests elsewhere "$blobs") blobs were had elsewhere"
[[ $(requests elsewhere '.authorization != ""') == 0 ]] || fail "another host got the password"
[[ $(requests elsewhere '.path | endswith("?signature=abc%2Fdef")') == 3 ]] || fail "the address was not kept as it was signed"

# The same with a token.
tokens issuer 60 bob:builder
registry bearer "${wants_tokens[@]}"
fill small "$host/test/small:v1" --dest-creds bob:builder
: > elsewhere.requests
front token "${at[bearer]}" redirect "${at[elsewhere]}"
fresh_store
pulls "$host/test/small:v1"
[[ $(requests token '.authorization == "Bearer"') -gt 0 ]] || fail "the registry saw no token"
[[ $(requests elsewhere '.authorization != ""') == 0 ]] || fail "another host got the token"

# The connection to the other host breaks: the rest is asked for again, from the registry or there.
front cut "${at[plain]}" cut
front redirect-cut "${at[plain]}" redirect "${at[cut]}"
fresh_store
pulls "$host/test/small:v1"
has_greeting "$host/test/small:v1" small

# In a circle; to what is no web address.
fresh_store
front circle "${at[plain]}" circle
denies "$host" "$fetch" "$host/test/small:v1"
front file "${at[plain]}" downgrade file:///etc/passwd
denies "file:///etc/passwd" "$fetch" "$host/test/small:v1"
front gopher "${at[plain]}" downgrade "gopher://$host/x"
denies "gopher://" "$fetch" "$host/test/small:v1"
# From TLS to plain HTTP at another machine, which was never allowed.
authority
FRONT_TLS=$temporary/localhost front outside "${at[plain]}" downgrade http://registry.example/x
denies "registry.example" env http_proxy="http://${at[elsewhere]}" no_proxy=localhost "$fetch" "$host/test/small:v1" --ca ca.crt
store_is_empty "no blob could be had"
finish
