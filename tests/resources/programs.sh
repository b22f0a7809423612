#!/bin/bash
# Version 2's device program: loaded once, kept in bpffs, and not believed where somebody else could have put it there.
# shellcheck disable=SC2154  # status, out, err: of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] || mount -t cgroup2 own-cgroup2 /sys/fs/cgroup 2> /dev/null || skip "there is no cgroup v2"
mount -t bpf own-bpf /sys/fs/bpf 2> /dev/null || skip "there is no bpf file system"
[[ -e /dev/kmsg ]] || skip "there is no /dev/kmsg to be kept from"
kept=/sys/fs/bpf/lockstep
open='mknod /dev/x c 1 11; : < /dev/x && echo opened'

# explained WORD…: a run whose device is refused, and whose bpf(2) calls are these, in this order.
explained() {
  box --userns host --explain=all -- sh -c "$open"
  [[ $out != *opened* ]] || fail "the kernel's messages were opened$(seen)"
  local calls
  calls=$(grep -o 'bpf(BPF_[A-Z_]*' <<< "$err" | sed 's/.*BPF_//' | xargs) || true
  [[ $calls == "$*" ]] || fail "expected bpf(2) calls $*, found $calls$(seen)"
}

explained OBJ_GET PROG_LOAD OBJ_PIN PROG_ATTACH
[[ $(stat -c '%a %u' "$kept") == '700 0' ]] || fail "the folder of programs is root's alone: $(stat -c '%a %u' "$kept")"
[[ $(find "$kept" -type f | wc -l) == 1 ]] || fail "one program is kept: $(ls "$kept")"
explained OBJ_GET PROG_ATTACH
box --userns host --device-cgroup-rule 'c 10:229 rw' -- true
[[ $(find "$kept" -type f | wc -l) == 2 ]] || fail "other rules, another program: $(ls "$kept")"

# Rules whose name would be too long for a file have a program all the same.
long=()
for minor in {1..30}; do long+=(--device-cgroup-rule "c 200:$minor rwm"); done
box --userns host "${long[@]}" -- sh -c "$open"
[[ $status != 0 && $out != *opened* && $(find "$kept" -type f | wc -l) == 2 ]] || fail "many rules$(seen)"

# More than a cache's worth: all are dropped.
for minor in {1..64}; do box --device-cgroup-rule "c 201:$minor r" -- true; done
(( $(find "$kept" -type f | wc -l) <= 64 )) || fail "there are $(find "$kept" -type f | wc -l) programs"

# Others can write there: nothing is taken from it, nothing put there.
rm -f "$kept"/*
chmod 777 "$kept"
explained PROG_LOAD PROG_ATTACH
[[ -z $(ls "$kept") ]] || fail "a program was put where all can write"
chmod 700 "$kept"
chown 1000 "$kept"
explained PROG_LOAD PROG_ATTACH

own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)  # other tests' are beside it
[[ -d $own && -z $(find "$own" -name 'lockstep-x*') ]] || fail "a cgroup is left"
finish
