#!/bin/bash
# Passwords: login and logout, Docker's own file and its helpers; basic authentication and bearer tokens, which are asked for and
# renewed; and no password ever goes to anybody else.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
passwords alice 'secret: word'
registry basic "${wants_password[@]}"
front basics "$host" pass
fill small "${at[basic]}/private/small:v1" --dest-creds 'alice:secret: word'
name=$host/private/small:v1

log_in() { "$fetch" login "$host" --username "$1" --password-stdin <<< "$2"; }

# Basic.
denies "$host" "$fetch" "$name"
hints "login"
store_is_empty "no password"
denies "$host" log_in alice wrong
denies "$host" "$fetch" "$name"
store_is_empty "a wrong password"
succeeds log_in alice 'secret: word'
[[ -z $(find "$HOME" -type f -perm /077) ]] || fail "others may read the password: $(find "$HOME" -type f -perm /077)"
grep -rqF 'secret: word' "$HOME" && fail "the password is kept as it is typed"
pulls "$name"
has_greeting "$name" small
succeeds "$fetch" logout "$host"
fresh_store
denies "$host" "$fetch" "$name"
[[ $(grep -rlF "$(printf %s 'alice:secret: word' | base64)" "$HOME") == "" ]] || fail "logout leaves the password"
"$fetch" logout other.example > "$said/out" 2>&1 || true  # there is nothing to forget
grep -q 'secret' "$said/out" "$said/err" && fail "a message has the password"

# Docker's file, and the programs that it names.
mkdir -p "$HOME/.docker"
auth=$(printf %s 'alice:secret: word' | base64)
printf '{"auths":{"%s":{"auth":"%s"}}}' "$host" "$auth" > "$HOME/.docker/config.json"
pulls "$name"
fresh_store
mkdir programs
cat > programs/docker-credential-tests <<'HELPER'
#!/bin/sh
read -r server
echo "$1 $server" >> "$0.calls"
case $server in
  localhost:*) echo '{"ServerURL":"'"$server"'","Username":"alice","Secret":"secret: word"}' ;;
  *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
HELPER
chmod +x programs/docker-credential-tests
printf '{"credHelpers":{"%s":"tests"}}' "$host" > "$HOME/.docker/config.json"
PATH=$temporary/programs:$PATH pulls "$name"
[[ $(sort -u programs/docker-credential-tests.calls) == "get $host" ]] || fail "the helper was asked: $(< programs/docker-credential-tests.calls)"
fresh_store
printf '{"credsStore":"tests"}' > "$HOME/.docker/config.json"
PATH=$temporary/programs:$PATH pulls "$name"
fresh_store
printf '{"credsStore":"missing"}' > "$HOME/.docker/config.json"
denies "$host" "$fetch" "$name"
grep -q docker-credential-missing "$said/all" || fail "no word of the helper that is missing: $(< "$said/all")"
echo '{ broken' > "$HOME/.docker/config.json"
denies "config.json" "$fetch" "$name"
rm -rf "$HOME/.docker"
store_is_empty "no password that works"

# Tokens: anybody may pull, with a token that was asked for.
tokens issuer 60 bob:builder
registry bearer "${wants_tokens[@]}"
fill small "$host/open/small:v1" --dest-creds bob:builder
: > issuer.requests
pulls "$host/open/small:v1"
[[ $(requests issuer '.user == ""') -ge 1 ]] || fail "no token was asked for"
(( $(requests issuer true) <= 3 )) || fail "$(requests issuer true) tokens for one pull"
fresh_store

# With a password: the token server gets it, and the registry never does.
front bearers "${at[bearer]}" pass
succeeds log_in bob builder
: > issuer.requests
pulls "$host/open/small:v1"
[[ $(requests issuer '.user == "bob" and .status == 200') -ge 1 ]] || fail "the token server did not see the user"
[[ $(requests bearers '.authorization == "Basic"') == 0 ]] || fail "the registry got the password"
[[ $(requests bearers '.authorization == "Bearer"') -gt 0 ]] || fail "no token was used"
fresh_store
denies "$host" log_in bob wrong
succeeds "$fetch" logout "$host"

# A token that is too old by the time of the last blob is renewed.
tokens hasty 2 bob:builder
make_image sizeable 8
registry short "${wants_tokens[@]}"
fill sizeable "$host/open/sizeable:v1" --dest-creds bob:builder
front slowly "$host" slow 4000000
: > hasty.requests
pulls "$host/open/sizeable:v1"
fresh_store

# A realm that can't be reached, or that has nothing to say.
registry lost "${wants_tokens[@]}" REGISTRY_AUTH_TOKEN_REALM=http://localhost:1/token
denies "localhost:1" "$fetch" "$host/open/small:v1"
registry odd "${wants_tokens[@]}" "REGISTRY_AUTH_TOKEN_REALM=http://${at[basic]}/v2/"
denies "${at[basic]}" "$fetch" "$host/open/small:v1"
store_is_empty "no token"
finish
