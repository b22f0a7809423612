#!/bin/bash
# --offline never touches the network, whatever is asked for; what is in the store is there all the same.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
registry plain
front counted "$host" pass
fill small "${at[plain]}/test/small:v1"
name=$host/test/small:v1

denies "--offline" "$fetch" "$name" --offline
denies "alpine" "$fetch" alpine:3.20 --offline
hints busybox
store_is_empty "--offline had nothing"
[[ $(requests counted true) == 0 ]] || fail "--offline asked the registry"
pulls "$name"
: > counted.requests
succeeds "$fetch" "$name" --offline
succeeds "$fetch" pull busybox --offline
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
  strace -f -o calls -e trace=socket,connect "$fetch" "$name" --offline > /dev/null
  grep -v AF_UNIX calls | grep -qE 'socket\(AF_INET|connect' && fail "--offline made a socket: $(grep -m1 -E 'socket\(|connect' calls)"
fi
[[ $(requests counted true) == 0 ]] || fail "--offline asked the registry for what is here"

# Options before the command: its name is no image's.
denies "--platform" "$fetch" --platform linux/arm64 list
[[ $("$fetch" --format json list | jq -r '.[].name' | xargs) == *"$name"* ]] || fail "--format json list: $("$fetch" --format json list)"
succeeds "$fetch" --offline pull "$name"
[[ $(requests counted true) == 0 ]] || fail "--offline pull asked the registry"

# A short name that can't be reached says so, and what is there without the network.
denies "nothing-of-that-name" env https_proxy=http://localhost:1 "$fetch" nothing-of-that-name
hints busybox
finish
