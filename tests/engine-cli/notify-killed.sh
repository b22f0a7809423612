#!/bin/bash
# SIGKILL of a runtime with NOTIFY_SOCKET at moments of create, start and run: `delete --force` leaves nothing.
# shellcheck disable=SC2034  # for kill_moments.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
kMoments=12
. "$(dirname "$0")/../support/kill_moments.sh"
command -v python3 > /dev/null || skip "python3 is missing: make deps-test installs it"
cp /run/test/bin/notify-helper "$rootfs/bin/notify"
python3 "${0%/*}/notify.py" /run/test/manager > /run/test/heard 2>&1 &
eventually grep -q listens /run/test/heard || fail "nobody listens: $(< /run/test/heard)"
export NOTIFY_SOCKET=/run/test/manager
new_config lockstep sh -c 'notify READY=1; sleep 1000'
lockstep run --bundle "$bundle" --detach x > /dev/null
lockstep delete --force x
before=$(snapshot /run/test/work)
each_moment create true lockstep create --bundle "$bundle" x
# shellcheck disable=SC2016  # `eval` expands it
each_moment start 'lockstep create --bundle "$bundle" x > /dev/null 2>&1 < /dev/null' lockstep start x
each_moment "run --detach" true lockstep run --detach --bundle "$bundle" x
grep -q READY=1 /run/test/heard || fail "nothing was said: $(< /run/test/heard)"
enough_killed
finish
