#!/bin/bash
# `run IMAGE` of the newest step gets an image that isn't here as `docker run` would: once, or always, or never. A real Debian runs.
set -euo pipefail
# shellcheck source=../support/own_host.sh
. "$(dirname "$0")/../support/own_host.sh"
command -v ip > /dev/null || skip "ip is missing (apt-get install iproute2)"
ip link set lo up
LOCKSTEP_BUILD=/run/test/bin
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$temporary"
make_image small
registry plain
front counted "$host" pass
fill small "${at[plain]}/test/small:v1"
name=$host/test/small:v1

# runs EXPECTED OPTION… REFERENCE [COMMAND…]: what the container prints, and nothing else is on standard output.
runs() {
  local expected=$1 out status=0
  shift
  out=$(timeout 60 "$newest" run --rm "$@" < /dev/null 2> "$said/err") || status=$?
  [[ $status == 0 && $out == "$expected" ]] || fail "run $*: exit status $status, \"$out\": $(tail -c 700 "$said/err")"
}
# runs_not TEXT OPTION… REFERENCE: an error of rootfs-fetch or the step with TEXT, and no container.
runs_not() {
  local text=$1 out status=0
  shift
  out=$(timeout 60 "$newest" run --rm "$@" < /dev/null 2> "$said/err") || status=$?
  [[ $status != 0 && -z $out && $(< "$said/err") == *"$text"* ]] || fail "run $*: exit status $status, \"$out\": $(tail -c 700 "$said/err")"
}

runs_not "$name" --pull never "$name"
[[ $(requests counted true) == 0 ]] || fail "--pull never asked the registry"
runs small "$name"
[[ $(requests counted "$blobs") == 3 ]] || fail "$(requests counted "$blobs") requests for three blobs"
: > counted.requests
runs small "$name"
runs "is here" "$name" echo "is here"
runs small --pull never "$name"
runs small --pull missing "$name"
[[ $(requests counted true) == 0 ]] || fail "what is here was asked for"
[[ $("$newest" images) == *"$name"* ]] || fail "images: $("$newest" images)"

make_image small moved "has moved"
fill moved "${at[plain]}/test/small:v1"
runs small "$name"
runs "has moved" --pull always "$name"
runs "has moved" "$name"

# From a layout, an archive, a folder.
runs small "oci:$layout:small"
succeeds skopeo copy "oci:$layout:small" "docker-archive:$temporary/small.tar:local/small:v1"
runs small "docker-archive:$temporary/small.tar"
succeeds "$fetch" export "$name" "$temporary/a-root"
runs "of a folder" "dir:$temporary/a-root" echo "of a folder"
runs_not nowhere "oci:$layout:nowhere"
runs_not "oci:$layout:small" --pull never "oci:$layout:small"

# What can't be had: the reason, once.
runs_not "$host/test/nothing" "$host/test/nothing:v1"
runs_not localhost:1 localhost:1/test/small
runs_not pull --pull sometimes "$name"
mv /run/test/bin/rootfs-fetch /run/test/hidden
runs "has moved" "$name"
runs_not rootfs-fetch "$host/test/small:v2"
mv /run/test/hidden /run/test/bin/rootfs-fetch

# A Debian root, in the newest step and in the one that the README shows.
if command -v dpkg > /dev/null; then
  python3 "$here/debian.py" "$layout" debian base-files dash bash coreutils apt
  fill debian "${at[plain]}/debian:bookworm"
  for step in "$newest" "$LOCKSTEP_BUILD/step07"; do
    version=$(timeout 60 "$step" run --rm "$host/debian:bookworm" bash -c 'apt --version && ls -l /bin/sh && id -u' < /dev/null 2> "$said/err") ||
      fail "Debian does not run: $(tail -c 700 "$said/err")"
    [[ $version == "apt "*"/bin/sh"*$'\n'0 ]] || fail "Debian says: $version"
  done
else
  echo "without a Debian root: this machine's packages aren't dpkg's"
fi
finish
