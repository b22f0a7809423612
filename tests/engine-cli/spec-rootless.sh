#!/bin/bash
# spec --rootless: as root, too, what an ordinary user's container is made of; and it runs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
written() {
  rm -f "$bundle/config.json"
  succeeds lockstep spec "$@" --bundle "$bundle"
}
# has FILTER
has() { jq -e "$1" "$bundle/config.json" > /dev/null || fail "expected in the config.json: $1"; }
for option in --rootless --rootless=true; do
  written "$option"
  has '.linux.uidMappings == [{containerID: 0, hostID: 0, size: 1}] and .linux.gidMappings == .linux.uidMappings'
  has '.linux.namespaces | map(.type) | contains(["user", "network", "mount", "pid"])'
  has '(.linux.resources // {}) == {}'
  has '[.mounts[].options[]? | select(startswith("gid="))] == []'
  has '.mounts | map(select(.destination == "/dev/pts")) | length == 1'
done
config '.process.terminal = false | .process.args = ["sh", "-c", "cat /proc/self/uid_map; ls /sys/class/net; touch /dev/shm/x && mount | grep -c devpts"]'
try lockstep run --bundle "$bundle" x
ends_with 0
[[ $(tr -s ' \n' ' ' <<< "$out") == ' 0 0 1 lo 1 ' ]] || fail "it runs$(seen)"
for option in '' --rootless=false; do
  written ${option:+"$option"}
  has '(.linux.uidMappings // []) == [] and (.linux.namespaces | map(.type) | contains(["user"]) | not)'
  has '.linux.resources.devices[0].allow == false'
  has '[.mounts[].options[]? | select(. == "gid=5")] | length == 1'
done
try lockstep spec --rootless=auto --bundle "$bundle"
ends_with 1
says '--rootless: expected true or false'

# Before the command it is runc's, about the runtime; in lesson 06's step it is there, before that not.
rm "$bundle/config.json"
succeeds lockstep --rootless auto spec --bundle "$bundle"
has '(.linux.uidMappings // []) == []'
succeeds lockstep --rootless false list
for step in step04 step05; do refuses 1 'unknown option "--rootless"' "$step" spec --rootless; done
rm "$bundle/config.json"
succeeds step06 spec --rootless --bundle "$bundle"
has '.linux.uidMappings == [{containerID: 0, hostID: 0, size: 1}]'

# As an ordinary user, of its own ids.
rm "$bundle/config.json"
chmod 755 /run/test
cp "$(readlink -f /run/test/bin/step09)" /run/test/lockstep
mkdir /run/test/home
chown 1234:1234 /run/test/home
succeeds setpriv --reuid 1234 --regid 1234 --clear-groups /run/test/lockstep spec --rootless --bundle /run/test/home
cp /run/test/home/config.json "$bundle"
has '.linux.uidMappings[0].hostID == 1234 and .linux.uidMappings[0].containerID == 0 and (.linux.resources // {}) == {}'
rm -r /run/test/home /run/test/lockstep "$bundle/config.json"
chmod 700 /run/test
unchanged "$before" "all of that" /run/test/work
finish
