#!/bin/bash
# Names: containers of one network find each other; /etc/hosts is kept current; --add-host, --dns, --dns-search,
# --network-alias; host name and time zone.
# shellcheck disable=SC2154  # out, err and status are those of `try`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
shows() { [[ $out == *"$1"* ]] || fail "expected $1$(seen)"; }
hides() { [[ $out != *"$1"* ]] || fail "expected no $1$(seen)"; }
hosts_of() { succeeds inside "$1" cat /etc/hosts; }

network create web --subnet 10.77.5.0/24
network create db --subnet 10.77.6.0/24
a_container one --network web
a_container two --network web --network-alias second --add-host printer:192.0.2.9
succeeds inside one nc -w 2 two 80
shows 'two 10.77.5.2'
succeeds inside one nc -w 2 second 80
succeeds inside two nc -w 2 one 80
hosts_of two
shows $'10.77.5.3\ttwo second'
shows $'10.77.5.2\tone'
shows $'192.0.2.9\tprinter'
shows $'127.0.0.1\tlocalhost'

# Another network's names are not for them.
a_container three --network db
hosts_of one
hides three
a_container four --network web,db
hosts_of three
shows $'10.77.6.3\tfour'
hides one
hosts_of four
for line in $'10.77.5.2\tone' $'10.77.6.2\tthree' $'10.77.5.4\tfour'; do shows "$line"; done

# Who goes is forgotten, and whoever looks finds a whole file.
succeeds "$step" delete --force two
hosts_of one
hides two
hides second

# By ID where no host name is given.
"$step" run --rootfs "$rootfs" --id plain --network web --detach sleep 1000 > /dev/null
hosts_of one
shows 'plain'
hosts_of plain
shows "$(hostname)"

succeeds "$step" run --rootfs "$rootfs" --hostname box --network web --dns 192.0.2.53 --dns 2001:db8::53 \
  --dns-search example.org cat /etc/hostname /etc/resolv.conf
for line in box 'nameserver 192.0.2.53' 'nameserver 2001:db8::53' 'search example.org'; do shows "$line"; done

# A name server on the host's loopback is out of reach from there.
echo 'nameserver 127.0.0.53' > /run/test/resolv
mount --bind /run/test/resolv /etc/resolv.conf
try "$step" run --rootfs "$rootfs" --network web cat /etc/resolv.conf
ends_with 0
shows '# not from in here: nameserver 127.0.0.53'
says "(no name server: this machine's listens on its loopback"
succeeds "$step" run --rootfs "$rootfs" --network web --dns 192.0.2.53 true
succeeds "$step" run --rootfs "$rootfs" --network none true
succeeds "$step" run --rootfs "$rootfs" --network host cat /etc/resolv.conf
[[ $out == 'nameserver 127.0.0.53' ]] || fail "expected the host's own$(seen)"
umount /etc/resolv.conf

# The host's time zone.
if [[ -e /usr/share/zoneinfo/Asia/Tokyo ]]; then
  cp /usr/share/zoneinfo/Asia/Tokyo /run/test/zone
  mount --bind /run/test/zone "$(realpath /etc/localtime)"
  succeeds "$step" run --rootfs "$rootfs" --network none cat /etc/localtime
  [[ $out == *JST* ]] || fail "expected Tokyo's time zone$(seen)"
  umount "$(realpath /etc/localtime)"
fi

# They are the container's root's, as far as it can see.
succeeds "$step" run --rootfs "$rootfs" --network web stat -c %u:%g /etc/hosts /etc/hostname /etc/resolv.conf
[[ $out == $'0:0\n0:0\n0:0' ]] || fail "expected them to be root's$(seen)"

# They are ours: nothing inside can change them, and what was asked for by name goes before them.
try "$step" run --rootfs "$rootfs" --network web sh -c 'echo evil >> /etc/hosts'
(( status != 0 )) || fail "a container wrote to its hosts file$(seen)"
echo '10.0.0.1 mine' > /run/test/mine
chown "$(root_inside "$step")" /run/test/mine
succeeds "$step" run --rootfs "$rootfs" --network web --volume /run/test/mine:/etc/hosts cat /etc/hosts
[[ $out == '10.0.0.1 mine' ]] || fail "a volume was covered$(seen)"
# A volume over all of /etc, such as an image's, is no such word: ours lie on top of it.
mkdir -p /run/test/etc
chown "$(root_inside "$step")" /run/test/etc
succeeds "$step" run --rootfs "$rootfs" --hostname box --network web --volume /run/test/etc:/etc cat /etc/hosts
shows $'\tbox'
[[ $(ls -A /run/test/etc) == *hosts* && ! -s /run/test/etc/hosts ]] || fail "expected empty files in the volume$(seen)"
rm /run/test/etc/*
try "$step" run --rootfs "$rootfs" --hostname box --network web --volume /run/test/etc:/etc:ro cat /etc/hosts
says '/etc/hosts: left out'
[[ -z $(ls -A /run/test/etc) ]] || fail "files were made in a read-only volume$(seen)"

# Without --hostname a container is still its own neighbour: what hostname(1) says is its address in the network.
succeeds "$step" run --rootfs "$rootfs" --network web cat /etc/hosts
shows "$(hostname)"
hides 127.0.1.1
succeeds "$step" run --rootfs "$rootfs" --network none cat /etc/hosts
shows $'127.0.1.1\t'"$(hostname)"
"$step" run --rootfs "$rootfs" --id lonely --network none --detach sleep 1000 > /dev/null
succeeds "$step" run --rootfs "$rootfs" --network container:lonely cat /etc/hosts
[[ $(grep -c "$(hostname)" <<< "$out") == 1 ]] || fail "its name is there twice$(seen)"
finish
