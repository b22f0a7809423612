#!/bin/bash
# Places that can't be written: --root, --pid-file; and state files that somebody spoilt.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
elsewhere=/run/test/elsewhere
mkdir -p $elsewhere/{folder,read-only}
mount -t tmpfs -o ro none $elsewhere/read-only
mknod $elsewhere/device c 1 3
mkfifo $elsewhere/pipe
echo file > $elsewhere/file
ln -s file $elsewhere/link
ln -s no-such-file $elsewhere/dangling
watched+=("$elsewhere")
host_before=$(snapshot "${watched[@]}")

for step in "${steps[@]:1}"; do
  for place in $elsewhere/file $elsewhere/file/below $elsewhere/read-only/new /proc/new $elsewhere/device; do
    right "$step" run
    refuses 125 "\"$place\"" "${line[0]}" --root "$place" "${line[@]:1}"
    hints 'choose another folder with --root'
    right "$step" run --root "$place"
    refuses 125 "\"$place\"" "${line[@]}"
  done
  right "$step" run
  refuses 125 '--root: expected a folder' "${line[0]}" --root "" "${line[@]:1}"
  refuses 1 '--root: expected a folder' "$step" --root "" list
  refuses 1 '(ENOTDIR)' "$step" --root $elsewhere/file list
  hints 'choose another folder with --root'
  for command in ps kill delete; do
    refuses 1 'container "x" does not exist' "$step" --root $elsewhere/file "$command" x
  done
  refuses 125 'container "x" does not exist' "$step" --root $elsewhere/no-such-folder exec x true
  succeeds "$step" --root $elsewhere/no-such-folder list -q
  nothing_changed "$step --root"

  # A relative one is taken from where the caller is.
  right "$step" run --root below/here --id x --detach
  succeeds "${line[@]::${#line[@]}-1}" sleep 1000
  [[ -e below/here/x/state.json ]] || fail "$step: no state below the working directory"
  succeeds "$step" --root below/here exec x true
  succeeds "$step" --root below/here delete --force x
  rmdir below/here below
  nothing_changed "$step --root with a relative path"

  # What would be replaced by the PID file, and a program that must not run before that is known.
  a_container "$step"
  for place in $elsewhere/{folder,device,pipe,link,dangling} $elsewhere/. ..; do
    right "$step" run --id y --pid-file "$place"
    refuses 125 '--pid-file: ' "${line[@]}"
    says 'no regular file'
    refuses 125 '--pid-file: ' "$step" exec --pid-file "$place" x touch /tmp/it-ran
  done
  for place in no/such/folder/pid $elsewhere/file/pid $elsewhere/read-only/pid; do
    right "$step" run --id y --pid-file "$place"
    refuses 125 '--pid-file: the folder ' "${line[@]}"
    refuses 125 '--pid-file: the folder ' "$step" exec --pid-file "$place" x touch /tmp/it-ran
  done
  says '(EROFS)'
  nothing_changed "$step --pid-file"

  # spoilt TEXT: as the container's state.
  state=/run/lockstep/x/state.json
  cp $state /run/good-state
  spoilt() {
    printf '%b' "$1" > $state
    for command in 'exec x true' 'ps x' 'kill x' 'delete x' 'delete --force x'; do
      # shellcheck disable=SC2086
      refuses "$(own_failure "${command%% *}")" "$state" "$step" $command
      hints "remove the folder /run/lockstep/x"
    done
    try "$step" list
    says "$state"
    right "$step" run --id x
    refuses 125 'container "x" exists already' "${line[@]}"
    cp /run/good-state $state
  }
  spoilt "$(head -c 300 $state)"
  for text in '' '{' null '[]' '{}' '{"id":1}' '\0377\0376' 'garbage' '{"id":"x"}' '\0'; do spoilt "$text"; done
  nothing_changed "$step with spoilt state files"
  succeeds "$step" exec x true
  no_container "$step"
done
finish
