#!/bin/bash
# The servers themselves: what the other tests rely on, seen with curl and skopeo.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"

get() { curl -s -o "$temporary/got" -w '%{http_code}' "$@" || true; }
is() { [[ $1 == "$2" ]] || fail "expected $2, got $1: $3"; }

make_image small
registry plain
is "$(get "http://${at[plain]}/v2/")" 200 "a plain registry"
fill small "${at[plain]}/test/small:v1"
digest=$(digest_at "${at[plain]}/test/small:v1")
[[ $digest == sha256:* ]] || fail "no digest of what was copied: $digest"
blob=/v2/test/small/blobs/$(skopeo inspect --tls-verify=false "docker://${at[plain]}/test/small:v1" | jq -r '.Layers[0]')
size=$(curl -s "http://${at[plain]}$blob" | wc -c)

authority
registry tls "${wants_tls[@]}"
is "$(get --cacert ca.crt "https://$host/v2/")" 200 "TLS with the own CA"
is "$(get "https://$host/v2/")" 000 "TLS without it"

passwords alice 'secret word'
registry basic "${wants_password[@]}"
is "$(get "http://$host/v2/")" 401 "no password"
is "$(get -u 'alice:secret word' "http://$host/v2/")" 200 "the password"
is "$(get -u alice:wrong "http://$host/v2/")" 401 "a wrong password"

tokens issuer 60 bob:builder
registry bearer "${wants_tokens[@]}"
fill small "${at[bearer]}/test/small:v1" --dest-creds bob:builder
succeeds skopeo inspect --tls-verify=false "docker://${at[bearer]}/test/small:v1"
skopeo copy -q --dest-tls-verify=false "oci:$layout:small" "docker://${at[bearer]}/test/other" &> /dev/null && fail "anybody may push"

front counted "${at[plain]}" pass
succeeds skopeo copy --src-tls-verify=false "docker://${at[counted]}/test/small:v1" "oci:$temporary/copy:v1"
is "$(requests counted "$blobs")" 3 "requests for blobs"

front cut "${at[plain]}" cut
get "http://${at[cut]}$blob" > /dev/null
is "$(stat -c %s got)" $(((size + 9) / 10)) "the first tenth"
(( size > 10000 )) || fail "the blob is too small: $size"
get -r "$((size / 2))-" "http://${at[cut]}$blob" > /dev/null
(( $(stat -c %s got) <= (size + 9) / 10 )) || fail "more than a tenth"
is "$(get -r "$((size - 5))-" "http://${at[cut]}$blob"):$(stat -c %s got)" 206:5 "the end"

front busy "${at[plain]}" busy 2
is "$(get "http://${at[busy]}$blob") $(get "http://${at[busy]}$blob") $(get "http://${at[busy]}$blob")" "429 503 200" "busy"

front elsewhere "${at[plain]}" pass
front redirect "${at[plain]}" redirect "127.0.0.1:${at[elsewhere]#*:}"
is "$(get -L -H 'Authorization: Basic x' "http://${at[redirect]}$blob")" 200 "redirected"
is "$(requests elsewhere '.path | endswith("signature=abc%2Fdef")')" 1 "requests at the other"
is "$(requests redirect '.authorization == "Basic"')" 1 "passwords that were sent"

front flipped "${at[plain]}" lie flipped
is "$(get "http://${at[flipped]}$blob")" 200 "a flipped blob"
is "$(cmp -l got <(curl -s "http://${at[plain]}$blob") | wc -l)" 1 "bytes that differ"
front endless "${at[plain]}" lie endless
is "$(curl -s "http://${at[endless]}$blob" | head -c $((size + 5000000)) | wc -c)" $((size + 5000000)) "no end"
is "$(get -x "http://${at[counted]}" http://registry.example/v2/)" 200 "a proxy"
finish
