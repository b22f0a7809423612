#!/bin/bash
# A registry that says one thing and sends another: refused, soon, with the digest that is wrong, and nothing is in the store.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
registry plain
fill small "$host/test/small:v1"
digest=$(digest_at "$host/test/small:v1")

# lies KIND TEXT [REFERENCE]
lies() {
  front "$1" "${at[plain]}" lie "$1"
  denies "$2" "$fetch" "$host/test/small${3:-:v1}"
  store_is_empty "$1"
}
lies flipped sha256:
lies truncated sha256:
lies longer sha256:
lies empty sha256:
lies content-length "http://localhost:"
lies manifest sha256: "@$digest"
lies digest sha256:
lies portal "localhost:"
lies endless sha256:
(( $(jq -s 'map(.sent) | max' endless.requests) < 64 << 20 )) || fail "an endless blob: $(jq -s 'map(.sent) | max' endless.requests) bytes were taken"
lies huge-manifest manifest
(( $(jq -s 'map(.sent) | max' huge-manifest.requests) < 64 << 20 )) || fail "an endless manifest was taken"

# Odd, and no lie.
front partial "${at[plain]}" lie partial
status=0
timeout 30 "$fetch" "$host/test/small:v1" > "$said/out" 2>&1 || status=$?
(( status == 1 )) || has_greeting "$host/test/small:v1" small  # refused, or right

# After all of them: a good one.
fresh_store
pulls "${at[plain]}/test/small:v1"
has_greeting "${at[plain]}/test/small:v1" small

# A blob of the store that was damaged is had again.
layer=$(find "$LOCKSTEP_STORE/blobs/sha256" -type f -size +100k | head -1)
if [[ -n $layer ]]; then
  printf x | dd of="$layer" bs=1 seek=5000 conv=notrunc status=none
  status=0
  "$fetch" verify --repair > "$said/out" 2>&1 || status=$?
  (( status == 0 )) || fail "verify does not mend: $(< "$said/out")"
  [[ $(sha256sum < "$layer" | cut -d' ' -f1) == "${layer##*/}" ]] || fail "the blob is still damaged"
fi
finish
