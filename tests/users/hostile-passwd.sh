#!/bin/bash
# The rootfs's /etc/passwd and /etc/group are somebody else's work.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/lib.sh"
echo 'alice:x:0:0:the host has another alice:/root:/bin/sh' >> /etc/passwd
echo 'staff:x:0:' >> /etc/group
etc=$rootfs/etc
# (Not by id(1), which would wait for the pipe itself.)
who='echo $(sed -n "s/^[UG]id:\t\([0-9]*\).*/\1/p" /proc/self/status) $HOME'

# A link leads to where it does inside, never to the host's.
for link in "$PWD/own" ../../../../../../../../etc/passwd /proc/self/root/etc/passwd /etc/loop; do
  rm -f "$etc/passwd" "$PWD/own"
  echo 'alice:x:7:7::/evil:/bin/sh' > "$PWD/own"
  ln -s "$link" "$etc/passwd"
  ln -sf loop "$etc/loop"
  try inside --user alice sh -c "$who"
  [[ $status == 125 && $out != *evil* ]] || fail "a link in the rootfs led to the host's file$(seen)"
  [[ $err == *'no user "alice"'* || $err == *'/etc/passwd'* ]] || fail "expected a sentence about passwd$(seen)"
done
rm "$etc/passwd"
echo 'alice:*:19000:0:99999:7:::' > "$etc/shadow"
ln -s shadow "$etc/passwd"
try inside --user alice sh -c "$who"
[[ $err != *'*'* ]] || fail "the shadow file's text is in the error$(seen)"

# What is no plain file is not waited for: a name can't be found there, a number needs none.
for kind in fifo folder socket zero proc huge; do
  rm -rf "$etc/passwd"
  case $kind in
    fifo) mkfifo "$etc/passwd" ;;
    folder) mkdir "$etc/passwd" ;;
    socket) python3 -c 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$etc/passwd" 2> /dev/null || continue ;;
    zero) ln -s /dev/zero "$etc/passwd" ;;
    proc) ln -s /proc/kmsg "$etc/passwd" ;;
    huge) truncate -s 5G "$etc/passwd" ;;
  esac
  SECONDS=0
  refuses 125 '/etc/passwd' inside --user alice true
  shows "1000 0 /" --user 1000 sh -c "$who"
  shows "0 0 /root" sh -c "$who"
  (( SECONDS < 10 )) || fail "with a $kind it took $SECONDS seconds"
done

# Lines that are none are passed over; the first that is one counts.
rm -rf "$etc/passwd"
{
  printf '\n:::::::\nalice\nalice:x\nalice:x:1\nalice:x:-1:0::/no\nalice:x:99999999999:0::/no\nalice:x: 5:5::/no\n'
  printf 'alice:x:5:many::/no\n+alice::::::\n#alice:x:6:6::/no\n'
  head -c 300000 /dev/zero | tr '\0' 'x'
  printf '\nbob:x:8:8::/b\001d\0:/bin/sh\r\n'
  printf 'alice:x:1000:1000::/home/alice:/bin/sh\r\nalice:x:0:0::/root:/bin/sh\r\n'
} > "$etc/passwd"
printf 'a:b\n::::\naudio:x:29:bob,alice\r\nevil:x:zero:alice\nstaff:x:50\r\n' > "$etc/group"
shows "1000 1000 /home/alice" --user alice sh -c "$who"
shows "29" --user alice sh -c 'echo $(grep ^Groups: /proc/self/status | cut -f 2)'
shows "1000 50 /home/alice" --user alice:staff sh -c "$who"
refuses 125 'there is no user "evil"' inside --user evil true
printf 'last:x:9:9::/last:/bin/sh' > "$etc/passwd"  # no line end
shows "9 9 /last" --user last sh -c "$who"

# A million lines.
{ seq 900000 | sed 's/.*/filler:x:1:1:::/'; echo 'alice:x:1000:1000::/home/alice:/bin/sh'; } > "$etc/passwd"
shows "1000 1000 /home/alice" --user alice sh -c "$who"
finish
