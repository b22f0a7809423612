#!/bin/bash
# Two runtimes at once on one ID: exactly one wins, the other says that the ID is taken, and nothing is left.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
readonly kRounds=50
"$newest" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)

for (( round = 0; round < kRounds; ++round )); do
  rivals=()
  for rival in a b; do
    "$newest" run --rootfs "$rootfs" --detach --id same --pid-file /run/test/work/pid --hostname $rival sleep 1000 \
      > /run/$rival.out 2> /run/$rival.err &
    rivals+=($!)
  done
  codes=()
  for rival in "${rivals[@]}"; do
    code=0
    wait "$rival" || code=$?
    codes+=("$code")
  done
  what="round $round: exit statuses ${codes[*]}, a: $(cat /run/a.out /run/a.err), b: $(cat /run/b.out /run/b.err)"
  case ${codes[*]} in
    '0 125') winner=a loser=b ;;
    '125 0') winner=b loser=a ;;
    *) fail "exactly one was to win; $what"; "$newest" delete --force same; continue ;;
  esac
  [[ $(< "/run/$winner.out") == same ]] || fail "the winner was to print the ID; $what"
  [[ $(< "/run/$loser.err") == *'container "same" exists already'* ]] || fail "the loser was to say that it exists; $what"
  [[ $("$newest" exec same hostname) == "$winner" ]] || fail "it is not the winner's container that runs; $what"
  [[ $("$newest" list -f json) == *"\"pid\":$(< /run/test/work/pid),"* ]] ||
    fail "the PID file is not the winner's; $what"
  # The other way round: two who clear it away. Both are content, for what is gone needs no force.
  "$newest" delete --force same & other=$!
  "$newest" delete --force same || fail "round $round: two deletes at once, and one fails"
  wait $other || fail "round $round: two deletes at once, and one fails"
  [[ -z $("$newest" list -q) ]] || fail "round $round: $("$newest" list)"
done
unchanged "$before" "$kRounds rounds" /run/test/work
finish
