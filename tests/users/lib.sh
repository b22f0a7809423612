# The first line of a test of lesson 06: a host of its own (own_host.sh), with an /etc of its own, in which nobody
# has subordinate ids. Then: $newest has users of its own; $first is the host's id of its container's root.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
has_users "$newest" || skip "no step has users of its own"
first=1879048192

cp -a /etc /run/test/etc
mount --bind /run/test/etc /etc
rm -f /etc/subuid /etc/subgid
rm "$rootfs/etc/passwd"
cat > "$rootfs/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
alice:x:1000:1000:Alice:/home/alice:/bin/sh
4711:x:0:0:a name of digits:/root:/bin/sh
homeless:x:1001:100:::
nobody:x:65534:65534:nobody:/:/bin/false
END
cat > "$rootfs/etc/group" <<'END'
root:x:0:
tty:x:5:
audio:x:29:alice,homeless
video:x:44:alice
users:x:100:
alice:x:1000:
4712:x:0:
END

# inside [OPTION…] COMMAND…: in a new container of the newest step, on $rootfs.
inside() { timeout --kill-after 5 30 "$newest" run --rootfs "$rootfs" "$@"; }

# shows TEXT OPTION… COMMAND…: exactly that on standard output, exit status 0, no complaint.
shows() {
  local text=$1
  shift
  try inside "$@"
  ends_with 0
  [[ $out == "$text" ]] || fail "expected on standard output: $text$(seen)"
  [[ -z $err ]] || fail "expected no complaint$(seen)"
}

# owner FILE: as the host sees it.
owner() { stat -c %u:%g "$1"; }
