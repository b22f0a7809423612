#!/bin/bash
# config.json files that nobody writes by hand: empty, huge, deep, with NUL bytes, of wrong types at every place. One line that names
# the file, and the place in it where there is one; exit status 1; nothing is made.
set -euo pipefail
. "$(dirname "$0")/../lifecycle/lib.sh"
step=$newest
"$step" run --rootfs "$rootfs" true
new_config "$step" true
config '.hostname = "h" | .domainname = "d" | .annotations = {"a": "b"} | .process.user.umask = 18 | .process.user.additionalGids = [1] |
  .process.oomScoreAdj = 100 | .process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 1} |
  .process.scheduler = {policy: "SCHED_OTHER", nice: 1} | .linux.sysctl = {"net.ipv4.ip_forward": "1"} |
  .linux.resources = {memory: {limit: 100000000}, pids: {limit: 100}, cpu: {shares: 100}, devices: [{allow: false, access: "rwm"}]} |
  .linux.devices = [{path: "/dev/x", type: "c", major: 1, minor: 3}] | .linux.personality = {domain: "LINUX"}'
file=$bundle/config.json
cp "$file" /run/good.json
before=$(snapshot "$bundle" "$rootfs")
since=$SECONDS

refused_config() { refuses 1 "$1" "$step" create --bundle "$bundle" x; }

: > "$file"
refused_config "$file: "
printf ' \n\t' > "$file"
refused_config "$file: "
truncate -s 100M "$file"  # NUL bytes, sparse
refused_config "$file: larger than 16777216 bytes"
{ printf '{"a": "'; head -c 20000000 /dev/zero | tr '\0' x; printf '"}'; } > "$file"
refused_config "$file: larger than 16777216 bytes"
for pair in '[]' '{}'; do
  { for (( i = 0; i < 10000; ++i )); do [[ $pair == '[]' ]] && printf '[' || printf '{"a":'; done; } > "$file"
  refused_config "$file: more than 100 levels"
done
{ printf '{"ociVersion": "1.0.0", "process": '; for (( i = 0; i < 10000; ++i )); do printf '['; done; } > "$file"
refused_config "$file: more than 100 levels"
{ head -c 30 /run/good.json; printf '\0'; tail -c +31 /run/good.json; } > "$file"
refused_config 'a NUL byte'
sed 's/"h"/"h\\u0000x"/' /run/good.json > "$file"
refused_config "$file: hostname: holds a NUL byte"
sed 's/"true"/"tr\\u0000ue"/' /run/good.json > "$file"
refused_config "$file: process.args[0]: holds a NUL byte"
for tail in '{' '"' ']' 'x' '{"a": 1}' $'\xff'; do
  { cat /run/good.json; printf '%s' "$tail"; } > "$file"
  refused_config "$file: line "
done
for (( i = 1; i < 12; ++i )); do
  head -c $(( $(stat -c %s /run/good.json) * i / 12 )) /run/good.json > "$file"
  refused_config "$file: "
done
printf '\xef\xbb\xbf{}' > "$file"
refused_config "$file: "
echo "of other forms: $((SECONDS - since)) s"

# Every place of that config, with a value of another type: the error has the place, as jq names it; or it means the same as none.
places=0
while IFS=$'\t' read -r path kind; do
  way=$(jq -r 'reduce .[] as $part (""; . + (if ($part | type) == "number" then "[\($part)]" elif ($part | test("^[A-Za-z0-9_]+$")) then
    (if . == "" then $part else ".\($part)" end) else "[\($part | tojson)]" end))' <<< "$path")
  # shellcheck disable=SC1083
  for wrong in '{"x": {"y": 1}}' '[[1]]' '"\u0007"' -1.5 true; do
    case $kind:$wrong in 'object:{'* | 'array:['* | 'string:"'* | number:-* | boolean:true) continue ;; esac
    jq --argjson path "$path" --argjson wrong "$wrong" 'setpath($path; $wrong)' /run/good.json > "$file"
    refused_config "$file: ${way%%\[\"*}"
    places=$((places + 1))
  done
done < <(jq -r 'paths as $path | select($path | length > 0) | [($path | tojson), (getpath($path) | type)] | @tsv' /run/good.json |
  awk 'NR % 10 == 1')
echo "$places values of wrong types"
(( places > 20 )) || fail "that is too few"
cp /run/good.json "$file"
no_containers
unchanged "$before" "configs that are refused" "$bundle" "$rootfs"
finish
