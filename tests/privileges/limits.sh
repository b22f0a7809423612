#!/bin/bash
# What each process of a container may use, and when its turn is.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"

for users in private host; do
  gets $'100\n200' inside --userns $users --ulimit nofile=100:200 sh -c 'ulimit -Sn; ulimit -Hn'
  gets $'60\n60' inside --userns $users --ulimit nofile=100:200 --ulimit nofile=60 sh -c 'ulimit -Sn; ulimit -Hn'
  gets 0 inside --userns $users --user alice --ulimit core=0 sh -c 'ulimit -Hc'
  gets 500 inside --userns $users --oom-score-adj 500 cat /proc/self/oom_score_adj
done
line=$(inside --ulimit stack=1048576:2097152 grep '^Max stack' /proc/self/limits)
[[ $line =~ 1048576\ +2097152 ]] || fail "the stack's limit: $line"
if static "$newest"; then gets 50 inside --init --ulimit nofile=50 sh -c 'ulimit -Hn'; fi

inside --detach --id "$x" --ulimit nofile=100:200 --oom-score-adj 300 sleep 1000 > /dev/null
gets $'100\n200\n300' "$newest" exec "$x" sh -c 'ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj'
succeeds "$newest" delete --force "$x"

# Neither more than there is, without the power to raise it, nor a better place in the queue.
hard=$(ulimit -Hn)
if (( (0x$own >> 24 & 1) == 0 )); then
  refuses 125 "RLIMIT_NOFILE" inside --ulimit nofile=$((hard + 1)) true
  hints "the hard limit is $hard here"
  refuses 125 'oom_score_adj' inside --oom-score-adj -500 true
  hints 'CAP_SYS_RESOURCE on the host'
else
  gets $((hard + 1)) inside --ulimit nofile=$((hard + 1)) sh -c 'ulimit -Hn'
  gets -500 inside --oom-score-adj -500 cat /proc/self/oom_score_adj
fi
[[ -z $("$newest" list -q) ]] || fail "something is left: $("$newest" list)"

for wrong in nofile=2:1 nofile=x nofile=1:2:3 nofile= nosuch=1 nofile; do
  refuses 125 '--ulimit' inside --ulimit $wrong true
done
finish
