# The first line of a rootless test: a host of its own (own_host.sh), on which it makes an ordinary user.
# Then: as_user COMMAND… runs it as that user, who owns $rootfs and has no
# subordinate ids.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

. "${BASH_SOURCE[0]%/*}/../support/own_host.sh"

# What useradd writes goes into a copy.
cp -a /etc /run/test/etc
mount --bind /run/test/etc /etc
command -v useradd > /dev/null || skip "there is no useradd to make an ordinary user with"
useradd --create-home --home-dir /run/test/home learner
uid=$(id -u learner)
rm -f /etc/subuid /etc/subgid

as_user() {
  setpriv --reuid learner --regid learner --init-groups --bounding-set=-all --inh-caps=-all \
    env -u XDG_RUNTIME_DIR HOME=/run/test/home timeout 30 "$@" < /dev/null
}

refusal=$(as_user unshare --user --map-root-user true 2>&1) ||
  skip "ordinary users may not make user namespaces here: $refusal"
chmod 755 /run/test
chown -R learner: "$rootfs" /run/test/work
# Two sentences of this kind are said: about borrowed root, and from lesson 06 on about the container's users.
# is_the_one_line STEP: whether one of them, the step's, is all of $err.
is_the_one_line() {
  if ! has_users "$1"; then
    [[ $err == "$borrowed" ]]
  else
    [[ $err == "(not root: uid $uid is the container's root, and its only user; "*")" && $err != *$'\n'* ]]
  fi
}
borrowed="(not root: borrowed root in a user namespace, where uid $uid is shown as 0)"
