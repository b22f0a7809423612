#!/bin/bash
# Filters that were made before: used when they are whole and nobody else's, made again in all other cases.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

run_it() { answers EPERM -- unshare 0; }
the_file() { find $cache -type f; }
identity() { stat -c '%i %y' "$(the_file)"; }

run_it
[[ $(the_file | wc -l) == 1 ]] || fail "one filter is kept: $(the_file)"
[[ $(stat -c %a:%u $cache) == 700:0 && $(stat -c %a:%u "$(the_file)") == 600:0 ]] || fail "it is open to others: $(ls -lR $cache)"
first=$(identity)
run_it
[[ $(identity) == "$first" ]] || fail "it was made again, without need"
rm -rf $cache
run_it
good=$(the_file)
cp "$good" /run/good

# again WHAT: after that the filter still holds, and a whole one is there again.
again() {
  run_it
  cmp -s "$good" /run/good || fail "$1: what is kept is not as it was"
  [[ $(stat -c %a:%u:%F "$good") == '600:0:regular file' ]] || fail "$1: $(ls -l "$good")"
}
truncate -s -1 "$good";                                          again "a byte too short"
truncate -s 100 "$good";                                         again "cut off"
: > "$good";                                                     again "empty"
truncate -s 2000000 "$good";                                     again "too long"
printf '\6\0\0\0\0\0\377\177' | dd of="$good" bs=1 seek=$(($(stat -c %s "$good") - 16)) conv=notrunc status=none
again "a changed filter"
chown 64999 "$good";                                             again "somebody else's file"
chmod 620 "$good";                                               again "writable for its group"
chmod 602 "$good";                                               again "writable for all"
mv "$good" /run/moved && ln -s /run/moved "$good";               again "a link"
rm "$good"; mkfifo "$good";                                      again "a pipe"

# A folder that others could write to is neither read nor written.
spoilt() {
  echo nonsense > "$good"
  run_it
  [[ $(< "$good") == nonsense ]] || fail "$1: it was written there"
}
chmod 777 $cache;                     spoilt "a folder that is open to all"
chmod 770 $cache;                     spoilt "a folder that is open to its group"
chmod 700 $cache; chown 64999 $cache; spoilt "somebody else's folder"
rm -rf $cache
mkdir /run/elsewhere
ln -s /run/elsewhere $cache
run_it
[[ -z $(ls /run/elsewhere) ]] || fail "it followed a link"
rm $cache
echo > $cache
run_it  # a file
rm $cache

# No place, or a full one: no matter.
mkdir -m 700 $cache
mount -t tmpfs -o size=4k,mode=700 small $cache
run_it
umount $cache
mount -t tmpfs -o ro small $cache
run_it
umount $cache
rm -rf $cache

# Many at once, on nothing.
for i in {1..8}; do
  "$newest" run --rootfs "$rootfs" call unshare 0 > "out$i" 2>&1 &
done
wait
[[ $(sort -u out?) == EPERM ]] || fail "eight at once: $(cat out?)"
cmp -s "$good" /run/good || fail "eight at once: $(ls -l $cache)"
[[ $(the_file | wc -l) == 1 ]] || fail "eight at once: $(ls -l $cache)"

# Not more and more of them.
for i in {1..70}; do touch "$cache/file$i"; done
rm "$good"
run_it
(( $(the_file | wc -l) < 10 )) || fail "what is kept grows without end: $(the_file | wc -l)"
finish
