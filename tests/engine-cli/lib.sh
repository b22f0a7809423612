# For the tests of what engines know of runc's command line: a host of their own with a bundle on it, and the ladder's end under the
# name that engines call it by.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

# shellcheck source=../lifecycle/lib.sh
. "${BASH_SOURCE[0]%/*}/../lifecycle/lib.sh"
step=$newest
ln -s "$newest" /run/test/bin/lockstep
"$newest" run --rootfs "$rootfs" true  # whatever is made once, such as /run/lockstep
before=$(snapshot /run/test/work)
