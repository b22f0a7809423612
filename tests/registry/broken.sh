#!/bin/bash
# Connections that break: what has come is kept, and only the rest is asked for. Registries that are busy are asked again when
# they say, with patience that ends.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image sizeable 2
registry plain
fill sizeable "$host/test/sizeable:v1"
"$fetch" export "oci:$layout:sizeable" reference > /dev/null 2>&1 ||
  { umoci unpack --image "$layout:sizeable" bundle 2> /dev/null; mv bundle/rootfs reference; }

# whole NAME: it is, and it is what was pushed.
whole() {
  rm -rf out
  succeeds "$fetch" export "$1" out
  diff -r --no-dereference reference out > "$said/diff" || fail "$1 is not what was pushed: $(head -3 "$said/diff")"
}

# Cut at each tenth.
front cut "${at[plain]}" cut
started=$SECONDS
pulls "$host/test/sizeable:v1"
whole "$host/test/sizeable:v1"
ranges=$(requests cut "$blobs and .range != null")
(( ranges >= 9 * 2 )) || fail "only $ranges requests for the rest of a blob"
twice=$(jq -s 'map(select(.method == "GET" and (.path | test("/blobs/")))) | group_by(.path) |
  map(select((map(.range) | unique | length) != length)) | length' cut.requests)
[[ $twice == 0 ]] || fail "$twice blobs were asked for from the same place twice"
(( SECONDS - started < 30 )) || fail "twenty cut connections took $((SECONDS - started)) s"

# A registry that knows no ranges: from the beginning, and it is right all the same.
fresh_store
front once "${at[plain]}" cut-once 50
pulls "$host/test/sizeable:v1"
whole "$host/test/sizeable:v1"

# One that answers with another part than was asked for.
fresh_store
front wrong "${at[plain]}" wrong-range
pulls "$host/test/sizeable:v1"
whole "$host/test/sizeable:v1"

# 429 and 503 by turns, with Retry-After: each address twice, then it has it.
fresh_store
front busy "${at[plain]}" busy 2
started=$SECONDS
pulls "$host/test/sizeable:v1"
whole "$host/test/sizeable:v1"
(( SECONDS - started >= 2 )) || fail "Retry-After was not heeded: $((SECONDS - started)) s"
(( SECONDS - started < 20 )) || fail "busy took $((SECONDS - started)) s"

# Those that never get it done: an end, within the time that denies() allows. All at once, as it takes them that long.
fresh_store
aside=()
# aside COMMAND…: at the same time as the others, with a store of its own.
aside() {
  (
    # shellcheck disable=SC2030,SC2031  # that is what it is for
    said=$(mktemp -d -p "$temporary") LOCKSTEP_STORE=$said/store failures=0
    trap - EXIT
    "$@"
    store_is_empty "$*"
    exit "$((failures > 0))"
  ) &
  aside+=($!)
}
gives_up() {  # NAME TEXT AT-LEAST AT-MOST: as many requests of a kind
  local asked
  denies "$2" "$fetch" "${at[$1]}/test/sizeable:v1"
  asked=$(jq -s 'group_by(.path) | map(length) | max' "$1.requests")
  (( asked >= $3 && asked <= $4 )) || fail "$1: $asked requests for the same thing"
}
front always "${at[plain]}" cut-always 30
aside gives_up always "${at[always]}" 2 20
front hour "${at[plain]}" busy 1000 3600  # wants an hour
aside gives_up hour 429 1 2
for status in 500 503; do
  front "status-$status" "${at[plain]}" broken "$status"
  aside gives_up "status-$status" "$status" 2 20
done
for status in 400 403 404 418; do  # what won't be otherwise the next time
  front "status-$status" "${at[plain]}" broken "$status"
  aside gives_up "status-$status" "${at[status-$status]}" 1 2
done
front mute "${at[plain]}" silent
aside denies "http://$host: no answer within 20 s" "$fetch" "$host/test/sizeable:v1"
# shellcheck disable=SC2031  # here it is the test's own
for pid in "${aside[@]}"; do wait "$pid" || failures=$((failures + 1)); done
finish
