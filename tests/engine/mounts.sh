#!/bin/bash
# The spec's table of mount options, word by word: what the mount, and one below it, have by each.
# shellcheck disable=SC2119,SC2154  # `runs` may be given options; `try` fills out, err and status
set -euo pipefail
. "$(dirname "$0")/lib.sh"
mkdir -p /run/test/work/source/sub
mount -t tmpfs -o "${below:-nosuid}" sub /run/test/work/source/sub
new_config "$step" cat /proc/self/mountinfo
cp "$bundle/config.json" /run/plain.json

# bind OPTION…: of the source and what is mounted in it, at /data.
bind() {
  cp /run/plain.json "$bundle/config.json"
  config ".mounts += [{destination: \"/data\", type: \"none\", source: \"/run/test/work/source\", options: $(jq --null-input '$ARGS.positional' --args rbind "$@")}]"
  runs
}
# of MOUNTPOINT: its options, between commas.
of() { awk -v at="$1" '$5 == at { print "," $6 "," }' <<< "$out"; }
has_word() { [[ $(of "$1") == *",$2,"* ]] || fail "$3: $1 has no $2: $(of "$1")"; }
has_no_word() { [[ $(of "$1") != *",$2,"* ]] || fail "$3: $1 has $2: $(of "$1")"; }

# A word, and what the mount's line then has.
while read -r word shown; do
  bind "$word"
  has_word /data "$shown" "$word"
  [[ $word == nosuid ]] || has_no_word /data/sub "$shown" "$word"
  bind "r$word"
  has_word /data "$shown" "r$word"
  has_word /data/sub "$shown" "r$word"
done <<'W'
ro ro
nosuid nosuid
nodev nodev
noexec noexec
nosymfollow nosymfollow
noatime noatime
nodiratime nodiratime
W
# The access times are one setting with three values; one that is cleared is the default, relatime.
for word in relatime nostrictatime atime; do
  bind noatime "$word"
  has_word /data relatime "noatime,$word"
  bind rnoatime "r$word"
  has_word /data/sub relatime "rnoatime,r$word"
done
bind strictatime
for word in noatime relatime; do has_no_word /data "$word" strictatime; done
bind rstrictatime
has_no_word /data/sub relatime rstrictatime
bind norelatime
bind rnorelatime
# The last word counts; what clears, clears below only with an "r".
bind ro rw
has_word /data rw ro,rw
bind rro rrw
has_word /data/sub rw rro,rrw
bind rnosuid rsuid
has_no_word /data/sub nosuid rnosuid,rsuid
for word in suid dev exec diratime symfollow defaults async; do bind "$word"; done
bind rro rw
has_word /data/sub ro rro,rw

# A file system's own words, and its flags.
tmpfs() {
  cp /run/plain.json "$bundle/config.json"
  config ".mounts += [{destination: \"/data\", type: \"tmpfs\", source: \"tmpfs\", options: $(jq --null-input '$ARGS.positional' --args "$@")}]"
  runs
}
super() { awk '$5 == "/data" { print "," $NF "," }' <<< "$out"; }
tmpfs size=64k mode=700 nosuid noexec
[[ $(super) == *,size=64k,*mode=700,* ]] || fail "tmpfs: $(super)"
has_word /data noexec tmpfs
tmpfs sync dirsync
[[ $(super) == *,sync,* && $(super) == *,dirsync,* ]] || fail "sync, dirsync: $(super)"
tmpfs sync async dirsync lazytime
[[ $(super) != *,sync,* && $(super) == *,lazytime,* ]] || fail "async, lazytime: $(super)"
for words in 'lazytime nolazytime' 'iversion noiversion' 'silent loud' 'ro remount' nomand; do
  # shellcheck disable=SC2086  # two words
  [[ $words == *remount ]] || tmpfs $words
done
tmpfs rro
has_word /data ro rro
config '.mounts += [{destination: "/data", type: "tmpfs", source: "tmpfs", options: ["remount", "ro"]}]'
tmpfs ro
has_word /data ro ro
config '.mounts += [{destination: "/data", type: "tmpfs", source: "tmpfs", options: ["remount", "rw"]}]'
runs
has_word /data rw remount,rw

# tmpcopyup: what was there is in the new one.
mkdir "$rootfs/filled"
echo here > "$rootfs/filled/file"
cp /run/plain.json "$bundle/config.json"
config '.mounts += [{destination: "/filled", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro"]}] | .process.args = ["cat", "/filled/file"]'
runs
prints here

# Propagation.
propagation() { awk -v at="$1" '$5 == at { for (i = 7; $i != "-"; ++i) printf "%s ", $i }' <<< "$out"; }
for word in private rprivate; do
  bind "$word"
  [[ -z $(propagation /data) ]] || fail "$word: $(propagation /data)"
done
for word in shared rshared; do
  bind "$word"
  [[ $(propagation /data) == *shared:* ]] || fail "$word: $(propagation /data)"
done
for word in slave rslave; do
  bind "$word"
  [[ $(propagation /data) == *master:* ]] || fail "$word: $(propagation /data)"
done
bind runbindable
[[ $(propagation /data/sub) == *unbindable* ]] || fail "runbindable: $(propagation /data/sub)"
bind unbindable
[[ $(propagation /data) == *unbindable* && $(propagation /data/sub) != *unbindable* ]] || fail "unbindable: $(propagation /data)"

# bind is one mount; rbind what is below, too. A relative source is the bundle's.
config '.mounts[-1].options = ["bind"]'
runs
[[ -n $(of /data) && -z $(of /data/sub) ]] || fail 'bind: what is mounted below came with it'
mkdir "$bundle/inside"
echo 'of the bundle' > "$bundle/inside/file"
config '.mounts[-1].source = "inside" | .process.args = ["cat", "/data/file"]'
runs
prints 'of the bundle'

# Ids: of this mount (idmap), or of those below, too (ridmap), by maps of its own or by the container's.
chmod 755 /run/test
echo mine > /run/test/work/source/file
echo mine > /run/test/work/source/sub/file
map='[{containerID: 0, hostID: 5000, size: 10}]'
ids() {
  cp /run/plain.json "$bundle/config.json"
  config ".mounts += [{destination: \"/data\", type: \"none\", source: \"/run/test/work/source\", options: [\"$1\", \"$2\"]} + $3]
    | .process.args = [\"stat\", \"-c\", \"%u\", \"/data/file\", \"/data/sub/file\"] | ${4:-.}"
  try "$step" run --bundle "$bundle" x
  [[ ${out//$'\n'/ } == "$5" ]] || fail "$*$(seen)"
}
if "$step" run --rootfs "$rootfs" --volume /run/test/work/source:/data:idmap true 2> /dev/null; then
  maps="{uidMappings: $map, gidMappings: $map}"
  ids rbind idmap "$maps" . '5000 0'
  ids rbind ridmap "$maps" . '5000 5000'
  users='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  ids rbind idmap '{}' "$users" '0 65534'
  ids rbind ridmap '{}' "$users" '0 0'
fi
cp /run/plain.json "$bundle/config.json"
config '.mounts += [{destination: "/data", type: "none", source: "/run/test/work/source", options: ["rbind", "idmap"]}]'
refused 'mount "/data": option idmap: there are no ids to map'
config '.mounts[-1] = {destination: "/data", type: "tmpfs", source: "tmpfs", options: ["idmap"]} | .mounts[-1] += {uidMappings: '"$map"', gidMappings: '"$map"'}'
refused 'option idmap: only a bind mount can be id-mapped'
config '.mounts[-1] = {destination: "/data", type: "none", source: "/run/test/work/source", options: ["bind", "size=4k"]}'
refused 'mount "/data": unknown option "size=4k"'
umount /run/test/work/source/sub
finish
