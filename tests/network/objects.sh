#!/bin/bash
# Networks as objects: create, ls, inspect, rm, prune; what is refused.
# shellcheck disable=SC2016,SC2154  # single quotes are meant; out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
before=$(network_state)

refuses 1 'there is no network "web"' "$step" network inspect web
refuses 125 'there is no network "web"' "$step" run --rootfs "$rootfs" --network web true
hints 'network create web'
network ls
[[ $(wc -l <<< "$out") == 1 ]] || fail "expected a heading only$(seen)"
network prune

network create --driver bridge web
[[ $out == web ]] || fail "expected the name$(seen)"
network create db --subnet 10.1.2.0/24 --internal --opt icc=false --opt mtu=9000
[[ $(ip -o link) != *ls-* ]] || fail "a bridge was made before anybody needs it"
network ls -q
[[ $out == $'db\nweb' ]] || fail "expected two names$(seen)"
network inspect db
for line in '"internal": true' '"icc": false' '"mtu": 9000' '"10.1.2.0/24"' '"10.1.2.1"' '"bridge": "ls-db"'; do
  [[ $out == *"$line"* ]] || fail "expected $line$(seen)"
done
network inspect web  # what isn't said is shown as the kernel's default
for line in '"mtu": 1500' '"txqueuelen": 1000'; do prints "$line"; done
network ls --format json
for line in '"name": "db"' '"name": "web"' '"mtu": 9000'; do prints "$line"; done
command -v python3 > /dev/null && { python3 -m json.tool <<< "$out" > /dev/null || fail "that is no JSON$(seen)"; }
network inspect db
command -v python3 > /dev/null && { python3 -m json.tool <<< "$out" > /dev/null || fail "that is no JSON$(seen)"; }

refuses 1 'there is a network "web" already' "$step" network create web
refuses 1 '10.1.2.128/25 overlaps 10.1.2.0/24 of network "db"' "$step" network create x --subnet 10.1.2.128/25
refuses 1 'there is an interface' "$step" network create x --opt com.docker.network.bridge.name=wan
refuses 1 'there is an interface' "$step" network create x --opt com.docker.network.bridge.name=ls-db
refuses 1 'is no name for an interface' "$step" network create x --opt com.docker.network.bridge.name=sixteen-letters-
refuses 1 'is in no subnet' "$step" network create x --subnet 10.3.0.0/24 --gateway 10.4.0.1
refuses 1 "is no host's address" "$step" network create x --subnet 10.3.0.0/24 --gateway 10.3.0.255
refuses 1 'has bits set behind its prefix' "$step" network create x --subnet 10.3.0.1/24
hints 'the subnet is 10.3.0.0/24'
refuses 1 'has no room' "$step" network create x --subnet 10.3.0.0/31
refuses 1 'is in no subnet' "$step" network create x --route 10.9.0.0/16,192.0.2.7
for name in '' none host bridge pasta container -x 'a b' a/b ../x "$(printf 'x%.0s' {1..65})" ü; do
  refuses 1 "network's name" "$step" network create -- "$name"
done
refuses 1 'one network' "$step" network create
refuses 1 'one network' "$step" network create a b
refuses 1 'unexpected "x"' "$step" network ls x
refuses 1 'unknown verb "make"' "$step" network make x
refuses 1 '--subnet is for `network create`' "$step" network ls --subnet 10.3.0.0/24
refuses 1 '--format is for `network ls`' "$step" network rm --format json web
refuses 1 'there is no driver "macvlan"' "$step" network create -d macvlan x
hints 'bridge is the only one'
refuses 1 '--quiet is for `network ls`' "$step" network rm -q web
refuses 1 'create, ls, inspect, rm or prune' "$step" network
network ls -q
[[ $out == $'db\nweb' ]] || fail "what was refused left something$(seen)"

a_container one --network web
refuses 1 'network "web" has 1 container: one' "$step" network rm web
hints 'delete --force one'
a_container two --net web  # as docker abbreviates it
refuses 1 'network "web" has 2 containers: one, two' "$step" network rm web
hints '`delete --force one two` takes them out'
succeeds "$step" delete --force two
network prune
[[ $out == db ]] || fail "expected that the unused one goes$(seen)"
succeeds "$step" delete --force one
network rm web
back_to "$before" "networks that were made and removed"
refuses 1 'there is no network "web"' "$step" network rm web

# A long name's bridge gets another one; a file that is damaged is named.
network create "$(printf 'x%.0s' {1..64})"
[[ $("$step" network ls) =~ ls-[0-9a-f]{12}\  ]] || fail "expected a bridge's name of 15 characters"
echo '{"name": 7}' > /run/test/store/networks/broken.json
refuses 1 'networks/broken.json: name: expected a string, got 7' "$step" network ls
hints 'rm /run/test/store/networks/broken.json'
rm /run/test/store/networks/broken.json
network prune
back_to "$before" "all of it"
finish
