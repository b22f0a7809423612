#!/bin/bash
# Programs that can't be executed: the hint names the very cause, and the exit status is docker's: 127 for what is
# not there, 126 for what is there and doesn't run.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/lib.sh"
opt=$rootfs/opt
mkdir -p "$opt/folder" "$opt/closed" "$rootfs/noexec"
script() { printf '%b' "$2" > "$opt/$1" && chmod +x "$opt/$1"; }
script no-interpreter '#!/no/such/shell -e\necho hi\n'
script crlf '#!/bin/sh\r\necho hi\r\n'
script crlf-option '#!/bin/sh -e\r\necho hi\r\n'
script no-first-line 'echo hi\n'
script empty ''
script garbage '\0\01\02\03\04'
script short-elf '\0177ELF'
script broken-elf '\0177ELF\02\01\01garbage that is no program'
script plain-interpreter '#! /opt/no-x-bit\n'
script folder-interpreter '#!/opt/folder\n'
script itself '#!/opt/itself\n'
cp "$rootfs/bin/busybox" "$opt/no-x-bit"
chmod -x "$opt/no-x-bit"
cp "$rootfs/bin/busybox" "$opt/other-machine"
printf '\x7f\x7f' | dd of="$opt/other-machine" bs=1 seek=18 conv=notrunc status=none  # e_machine: none that exists
ln -s loop "$opt/loop"
ln -s no-such-file "$opt/dangling"
dynamic=$(type -P bash)
ldd "$dynamic" > /dev/null 2>&1 || dynamic=""
if [[ $dynamic ]]; then
  cp "$dynamic" "$opt/dynamic"
  script dynamic-interpreter '#!/opt/dynamic\n'
fi
mount -t tmpfs -o noexec none "$rootfs/noexec"
cp "$rootfs/bin/busybox" "$rootfs/noexec"
"$newest" run --rootfs "$rootfs" true
host_before=$(snapshot "${watched[@]}")

# fails STATUS TEXT HINT PROGRAM [ARG…]: by run and by exec, with the caller's files and with the rootfs's.
fails() {
  local expected=$1 text=$2 hint=$3
  shift 3
  for runner in by_run by_exec; do
    $runner "$@"
    refuses "$expected" "in the container: " "${line[@]}"
    [[ ${err%%$'\n'*} == *"$text"* ]] || fail "expected in the error: $text$(seen)"
    if [[ $hint ]]; then hints "$hint"; fi
  done
}
by_run() { line=("$step" run --rootfs "$rootfs" "$@"); }
by_exec() { line=("$step" exec x "$@"); }

for step in "${steps[@]:2}"; do
  a_container "$step"
  missing='(ENOENT)' denied='(EACCES)' format='(ENOEXEC)' other="no program of this machine"
  fails 127 $missing '"/no/such/shell" is not there' /opt/no-interpreter
  fails 127 $missing 'Windows line ends' /opt/crlf
  [[ $err != *$'\r'* ]] || fail "a carriage return goes to the terminal$(seen)"
  fails 126 $format "$other" /opt/no-first-line
  fails 126 $format "$other" /opt/empty
  fails 126 $format "$other" /opt/garbage
  fails 126 $format "$other" /opt/short-elf
  fails 126 $format "$other" /opt/broken-elf
  fails 126 $format "$other" /opt/other-machine
  fails 126 $denied 'interpreter "/opt/no-x-bit": it has no x bit' /opt/plain-interpreter
  fails 126 $denied 'interpreter "/opt/folder": it is a folder' /opt/folder-interpreter
  fails 126 '(ELOOP)' 'its interpreter is a script' /opt/itself
  if [[ $dynamic ]]; then
    fails 127 $missing 'its dynamic linker' /opt/dynamic
    fails 127 $missing '"/opt/dynamic" is there, but its dynamic linker' /opt/dynamic-interpreter
  fi
  fails 126 $denied 'no x bit: chmod a+x /opt/no-x-bit' /opt/no-x-bit
  fails 126 $denied 'it is a folder' /opt/folder
  fails 126 $denied 'it is a folder' /opt/
  fails 126 $denied 'mounted noexec' /noexec/busybox true
  fails 127 'no such file or directory' '' /opt/no-such-file
  fails 127 'no such file or directory' '' /opt/dangling
  fails 127 'no such file or directory' '' /opt/no-first-line/x
  fails 127 'no such file or directory' '' /opt/loop
  fails 127 '"no-such-program": executable file not found' 'none of the folders of PATH=' no-such-program
  fails 127 'executable file not found' 'none of the folders of PATH=' ''
  refuses 126 "$denied" "$step" run --rootfs "$rootfs" --volume "$rootfs/bin:/mnt:ro,noexec" /mnt/busybox true
  hints 'mounted noexec'
  refuses 127 'executable file not found' "$step" run --rootfs "$rootfs" --env PATH=/opt sh
  hints 'PATH=/opt'
  refuses 126 "$denied" "$step" run --rootfs "$rootfs" --env PATH=/opt no-x-bit
  hints 'no x bit'
  refuses 127 'no such file or directory' "$step" run --rootfs "$rootfs" --detach --id y --pid-file pid /opt/no-such-file
  nothing_changed "$step with programs that can't be executed"
  no_container "$step"
done

for step in "${steps[@]:0:2}"; do
  refuses 127 "$missing" "$step" run "$opt/no-interpreter"
  hints '"/no/such/shell" is not there'
  refuses 127 "$missing" "$step" run "$opt/crlf"
  hints 'Windows line ends'
  refuses 126 "$format" "$step" run "$opt/garbage"
  refuses 126 "$denied" "$step" run "$opt/no-x-bit"
  refuses 126 "$denied" "$step" run "$opt/folder"
  refuses 126 "$denied" "$step" run "$rootfs/noexec/busybox"
  hints 'mounted noexec'
done
nothing_changed "steps without a rootfs, with programs that can't be executed"

# The kernel counts a program's arguments and environment together: each half fits, both don't.
kilobytes=$(printf 'x%.0s' {1..120000})
half=() variables=()
for i in {1..9}; do
  half+=("$kilobytes")
  variables+=(--env "V$i=$kilobytes")
done
fill_environment() { for i in {1..9}; do export "V$i=$kilobytes"; done; }
for step in "${steps[@]:1}"; do
  if has_rootfs "$step"; then
    "$step" run --rootfs "$rootfs" --detach --id x "${variables[@]}" sleep 1000 > /dev/null
  else
    (fill_environment && "$step" run --detach --id x sleep 1000 > /dev/null)
  fi
  host_before=$(snapshot "${watched[@]}")
  refuses 126 '(E2BIG)' "$step" exec x true "${half[@]}"
  hints 'too long'
  (( ${#err} < 20000 )) || fail "$step: an error of ${#err} bytes"
  refuses 127 'no such file or directory (ENOENT)' "$step" exec x "/$kilobytes"
  nothing_changed "$step with too many arguments"
  "$step" delete --force x
done
finish
