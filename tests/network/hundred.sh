#!/bin/bash
# 100 runs with networks, four at a time: bridged, with a published port, an address of one's own choice, two
# networks, IPv6; images and --rootfs; in the foreground and detached. The runtime of 30 of them is killed (SIGKILL)
# at random moments. The other 70 work, and at the end the host is as it was. HUNDRED_SEED=N plays a game again (as
# far as time can be played again).
# shellcheck disable=SC2154,SC2016  # out, err and status are those of `try`; single quotes are meant
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v rootfs-fetch > /dev/null || skip "rootfs-fetch was not built"
readonly kRuns=100 kKilled=30 kAtOnce=4
seed=${HUNDRED_SEED:-$((SRANDOM % 100000))}
echo "seed $seed"
RANDOM=$seed

# What a network could change of a host, and a container.
host_state() {
  network_state
  echo "# all settings"
  grep -rs '' /proc/sys/net | grep -v 'nf_conntrack_count:' | LC_ALL=C sort
  snapshot /run/test/work "$rootfs"
}
# A host whose administrator has tightened it: what the kernel changes beside ip_forward must come back, too.
echo 0 | tee /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding \
  /proc/sys/net/ipv4/conf/all/accept_redirects > /dev/null
echo 1 | tee /proc/sys/net/ipv4/conf/wan/forwarding /proc/sys/net/ipv6/conf/wan/forwarding > /dev/null
make_networks() {
  network create web --subnet 10.77.1.0/24
  network create back --subnet 10.77.2.0/24 --internal
  network create six --subnet 10.77.3.0/24 --subnet fd00:77::/64
}
touch "$rootfs/helper"  # a volume's place
succeeds rootfs-fetch busybox -q
make_networks  # and removed at once: whatever is made once is there from now on
succeeds "$step" run --rm --network web,back,six -p 8000:80 busybox true
network prune
before=$(host_state)
make_networks

# The plan: what each run is, and which ones are killed, when (in thousandths of what a run takes).
for (( i = 0; i < kRuns; ++i )); do
  kind[i]=$((RANDOM % 5)) from[i]=$((RANDOM % 2)) detached[i]=$((RANDOM % 3 == 0)) when[i]=$((RANDOM * 1100 / 32768))
  lasts[i]=$((RANDOM % 4 == 0))
  is_killed[i]=0
done
for (( left = kKilled; left > 0; )); do
  i=$((RANDOM % kRuns))
  if (( !is_killed[i] )); then is_killed[i]=1 left=$((left - 1)); fi
done

# plan I: fills `options`, and `expects`, the address that it gets (of those that are known beforehand).
plan() {
  expects=""
  case ${kind[$1]} in
    0) options=(--network web) expects=' 10.77.1.' ;;
    1) options=(--network web -p "$((8000 + $1)):80") expects=' 10.77.1.' ;;
    2) options=(--network web --ip "10.77.1.$((120 + $1))") expects=" 10.77.1.$((120 + $1))/24" ;;
    3) options=(--network "web,back" -p "$((8000 + $1)):80/udp") expects=' 10.77.2.' ;;
    4) options=(--network six) expects=' fd00:77::' ;;
  esac
  options+=(--id "c$1" --hostname "c$1" --volume /run/test/bin/network-helper:/helper:ro)
  if (( from[$1] )); then options+=(busybox); else options+=(--rootfs "$rootfs"); fi
}
gone_without() { (( $1 % 2 )) && echo delete || echo rm; }  # the command's two names

look='ip -o address; ping -c 1 -W 5 10.77.1.1 > /dev/null && echo pinged; cat -v /etc/hosts'
works() {  # I: the run does what it should
  plan "$1"
  local own=(); if (( kind[$1] == 4 )); then own=(sh -c "${look/10.77.1.1/10.77.3.1}"); else own=(sh -c "$look"); fi
  if (( !detached[$1] )); then
    try "$step" run "${options[@]}" "${own[@]}"
    if (( from[$1] )); then "$step" "$(gone_without "$1")" "c$1" > /dev/null; fi
  else
    try "$step" run --detach "${options[@]}" /helper serve 80
    [[ $status == 0 && $out == "c$1" ]] || fail "run $1 did not start$(seen)"
    (( kind[$1] != 1 )) || gets "c$1 192.0.2.2" outside "${ask[@]}" 192.0.2.1 $((8000 + $1))
    (( kind[$1] != 3 )) || gets "c$1 192.0.2.2" outside "${ask_udp[@]}" 192.0.2.1 $((8000 + $1))
    try "$step" exec "c$1" "${own[@]}"
    succeeds_quietly "$step" "$(gone_without "$1")" -f "c$1"
  fi
  [[ $out != *^@* ]] || fail "run $1 finds zeros in /etc/hosts$(seen)"
  [[ $status == 0 && $out == *"$expects"* && $out == *pinged* && $out == *$'\t'"c$1"* ]] || fail "run $1$(seen)"
}

# is_cut_short I: whether its runtime was there to be killed.
is_cut_short() {
  plan "$1"
  local command=(true) pid ended=0
  if (( lasts[$1] || detached[$1] )); then command=(sleep 1000); fi
  if (( detached[$1] )); then options=(--detach "${options[@]}"); fi
  "$step" run "${options[@]}" "${command[@]}" > /dev/null 2> "/run/test/out/$1" < /dev/null &
  pid=$!
  sleep "$(milliseconds $((when[$1] * took / 1000)))"
  { kill -KILL $pid && wait $pid; } 2> /dev/null || ended=$?
  (( ended == 137 ))
}
milliseconds() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }
succeeds_quietly() { "$@" > /dev/null 2> "/run/test/out/error$BASHPID" || fail "$*: $(< "/run/test/out/error$BASHPID")"; }

killed() {  # I: until a moment is found at which the runtime is there
  local tries
  for (( tries = 0; tries < 40; ++tries )); do
    if is_cut_short "$1"; then
      echo "c$1" >> /run/test/out/killed
      # A third of them nobody clears at once.
      if (( $1 % 3 )); then succeeds_quietly "$step" "$(gone_without "$1")" -f "c$1"; fi
      return
    fi
    succeeds_quietly "$step" delete --force "c$1"
    when[$1]=$((when[$1] * 9 / 10))
  done
  fail "run $1 was too quick to be killed, 40 times"
}

mkdir /run/test/out
start=${EPOCHREALTIME/./}
for (( worker = 0; worker < kAtOnce; ++worker )); do
  "$step" run --rm --network web -p $((7000 + worker)):80 busybox true &
  workers[worker]=$!
done
for (( worker = 0; worker < kAtOnce; ++worker )); do wait "${workers[worker]}"; done
took=$(( (${EPOCHREALTIME/./} - start) / 1000 ))
echo "one of $kAtOnce takes $took ms"
for (( worker = 0; worker < kAtOnce; ++worker )); do
  {
    for (( i = worker; i < kRuns; i += kAtOnce )); do
      if (( is_killed[i] )); then killed $i; else works $i; fi
    done
    exit $((failures > 0))
  } &
  workers[worker]=$!
done
for (( worker = 0; worker < kAtOnce; ++worker )); do wait "${workers[worker]}" || fail "(see above)"; done
[[ $(sort -u /run/test/out/killed | wc -l) == "$kKilled" ]] || fail "not $kKilled were killed: $(< /run/test/out/killed)"

# Who was left lying: of some even the state is gone, as after a start of the machine. `network rm` and `prune` clear
# what they had of a network, delete the others.
find_hierarchies
by_hand=0
for id in $("$step" list -q); do
  if [[ $("$step" list) =~ (^|$'\n')$id\ +[0-9]+\ +stopped ]] && (( by_hand < 4 && !from[${id#c}] )); then
    rm -r "/run/lockstep/$id"
    remove_cgroups_of "$id"
    by_hand=$((by_hand + 1))
  else
    succeeds "$step" rm -f "$id"
  fi
done
echo "$by_hand of them had lost their state"
network rm web back
network prune
for (( tries = 0; tries < 100; ++tries )); do
  now=$(host_state)
  if [[ $now == "$before" ]]; then finish; exit; fi
  sleep 0.05
done
fail "the host is not as it was (< before, > after):"
diff <(echo "$before") <(echo "$now") | head -40 || true
finish
