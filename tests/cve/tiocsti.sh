#!/bin/bash
# TIOCSTI: a container that runs in its caller's session types commands into the caller's shell. It has a session of its own, so no
# terminal of the caller's is its controlling one, in `run` and in `exec`.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v script > /dev/null || skip "script is missing: it belongs to bsdutils"
echo "dev.tty.legacy_tiocsti is $(cat /proc/sys/dev/tty/legacy_tiocsti 2> /dev/null || echo 'not there: 1')"
evil_config sh -c 'exploit terminal; exploit type x'
powers CAP_KILL  # CAP_SYS_ADMIN may type anywhere
on_terminal() { try timeout 20 script --quiet --return --command "$*" /dev/null; }
on_terminal "$rootfs/bin/exploit" terminal
prints 'has one'  # a command of the caller's own
on_terminal "$step" run --bundle "$bundle" x
[[ $out == *'No such device or address'* && $out == *'refused: '* ]] || fail "run: a terminal of the caller's$(seen)"
evil_config sleep 1000
powers CAP_KILL
creates --bundle "$bundle" x
"$step" start x
on_terminal "$step" exec --tty=false x sh -c "'exploit terminal; exploit type x'"
[[ $out == *'No such device or address'* && $out == *'refused: '* ]] || fail "exec: a terminal of the caller's$(seen)"
"$step" delete --force x
finish
