# The second line of a network test without root: an ordinary user `learner`, and a machine on which it can have a way
# out. as_user COMMAND… runs as that user; can_tun says whether helpers can have a tap device.
# shellcheck shell=bash disable=SC2154

outside network-helper serve 80 > /dev/null &
ip route add default via 192.0.2.254
cp -a /etc /run/test/etc
mount --bind /run/test/etc /etc
rm -f /etc/subuid /etc/subgid
command -v useradd > /dev/null || skip "there is no useradd to make an ordinary user with"
useradd --create-home --home-dir /run/test/home learner
rm -f /etc/subuid /etc/subgid
chmod 755 /run/test
chown -R learner: "$rootfs" /run/test/work
as_user() {
  setpriv --reuid learner --regid learner --init-groups --inh-caps=-all \
    env -u XDG_RUNTIME_DIR -u LOCKSTEP_STORE HOME=/run/test/home timeout 30 "$@" < /dev/null
}
refusal=$(as_user unshare --user --map-root-user true 2>&1) || skip "ordinary users may not make user namespaces here: $refusal"

refuses_as_user() {  # TEXT COMMAND…
  local text=$1
  shift
  try as_user "$@"
  (( status == 1 || status == 125 )) || fail "expected a refusal$(seen)"
  says "$text"
}

can_tun() { [[ -c /dev/net/tun ]] && : < /dev/net/tun 2> /dev/null; }
if mount -t tmpfs -o mode=755 tun /dev/net 2> /dev/null; then mknod -m 666 /dev/net/tun c 10 200; fi
