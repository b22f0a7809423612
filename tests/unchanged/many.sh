#!/bin/bash
# A hundred containers, eight at a time: each does its own work and no other's, and nothing is left. Then a hundred
# that stay, all listed, all deleted.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
readonly kCount=100
"$newest" run --rootfs "$rootfs" true
before=$(snapshot /run/test/work)
mkdir /run/many

seq $kCount | xargs -P 8 -I {} sh -c "$newest run --rootfs $rootfs --id many-{} --hostname box-{} \
  sh -c 'echo \$(hostname) \$\$; exit \$(({} % 100))' > /run/many/{} 2>&1; echo \$? >> /run/many/{}"
for (( i = 1; i <= kCount; ++i )); do
  [[ $(< /run/many/$i) == "box-$i 1"$'\n'$((i % 100)) ]] || fail "container $i: expected box-$i 1, $((i % 100)); seen $(< /run/many/$i)"
done
unchanged "$before" "$kCount containers" /run/test/work

seq $kCount | xargs -P 8 -I {} "$newest" run --rootfs "$rootfs" --detach --id many-{} sleep 1000 > /run/many/ids
[[ $(sort /run/many/ids) == "$(seq -f 'many-%g' $kCount | sort)" ]] || fail "expected $kCount IDs, seen: $(< /run/many/ids)"
[[ $("$newest" list | grep -c running) == "$kCount" ]] || fail "expected $kCount in: $("$newest" list)"
"$newest" list -f json | python3 -c 'import json, sys; json.load(sys.stdin)' || fail "list -f json is no JSON"
# Appended: busybox's cat writes by sendfile(2), which two at a time do to the same place of a file.
seq $kCount | xargs -P 8 -I {} "$newest" exec many-{} sh -c 'echo {} > /tmp/{}; cat /tmp/{}; rm /tmp/{}' >> /run/many/said
[[ $(sort -n /run/many/said) == "$(seq $kCount)" ]] || fail "an exec did not do its own work: $(< /run/many/said)"
seq -f 'many-%g' $kCount | xargs -P 8 -n 3 "$newest" delete --force
unchanged "$before" "$kCount containers that stayed" /run/test/work
finish
