# After lib.sh: an ordinary user, learner (1234), with subordinate ids; as_user COMMAND… runs it as them.
# shellcheck shell=bash disable=SC2154

command -v newuidmap > /dev/null || skip "there is no newuidmap (apt-get install uidmap)"
command -v useradd > /dev/null || skip "there is no useradd to make an ordinary user with"
useradd --create-home --home-dir /run/test/home --uid 1234 --user-group learner
printf '%s\n' 'other:500000:65536' 'learner:100000:1000' '1234:300000:64536' > /etc/subuid
printf '%s\n' 'learner:200000:65536' > /etc/subgid
chmod 755 /run/test
chown -R learner: "$rootfs" /run/test/work
as_user() {
  setpriv --reuid learner --regid learner --init-groups env -u XDG_RUNTIME_DIR HOME=/run/test/home timeout 30 "$@" < /dev/null
}
refusal=$(as_user unshare --user --map-root-user true 2>&1) || skip "ordinary users may not make user namespaces here: $refusal"
usage=$(as_user newuidmap 2>&1) || [[ $usage == *usage* ]] || skip "newuidmap does not run here: $usage"
