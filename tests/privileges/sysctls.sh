#!/bin/bash
# Settings of the container's namespaces, and none of the machine's.
# shellcheck disable=SC2154,SC2016
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"

before=$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl)
for users in private host; do
  gets $'1\n77' inside --userns $users --sysctl net.ipv4.ip_default_ttl=77 --sysctl net.ipv4.conf.lo.forwarding=1 \
    cat /proc/sys/net/ipv4/conf/lo/forwarding /proc/sys/net/ipv4/ip_default_ttl
  gets 1 inside --userns $users --sysctl net/ipv4/ip_forward=1 cat /proc/sys/net/ipv4/ip_forward
  gets 'box example.org' inside --userns $users --sysctl kernel.hostname=box --sysctl kernel.domainname=example.org \
    sh -c 'echo $(hostname) $(cat /proc/sys/kernel/domainname)'
done
gets 65537 inside --userns host --sysctl kernel.msgmax=65537 cat /proc/sys/kernel/msgmax
gets 7 inside --sysctl user.max_net_namespaces=7 cat /proc/sys/user/max_net_namespaces
[[ $(cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl) == "$before" ]] || fail "the host's are others now"

refuses 125 "sysctl \"vm.swappiness\" (--sysctl, linux.sysctl): is a setting of the whole machine's" inside --sysctl vm.swappiness=1 true
refuses 125 "whole machine's" inside --sysctl kernel.core_pattern=x true
refuses 125 "whole machine's" inside --sysctl kernel.msgmaxx=1 true
refuses 125 'belongs to a network namespace' inside --userns host --network host --sysctl net.ipv4.ip_forward=1 true
refuses 125 'belongs to an ipc namespace' inside --userns host --ipc host --sysctl kernel.msgmax=1 true
refuses 125 'belongs to a user namespace' inside --userns host --sysctl user.max_net_namespaces=1 true
refuses 125 'No such file or directory (ENOENT)' inside --sysctl net.ipv4.no_such=1 true
hints 'no such setting'
refuses 125 'Invalid argument (EINVAL)' inside --sysctl net.ipv4.ip_default_ttl=many true
refuses 125 'it is to be "a", and "b"' inside --sysctl kernel.hostname=a --hostname b true
for wrong in net net. .net net..ipv4 net/../kernel/core_pattern 'net/ipv4/../../kernel/core_pattern'; do
  refuses 125 'is no setting' inside --sysctl "$wrong=1" true
done
[[ -z $("$newest" list -q) ]] || fail "something is left: $("$newest" list)"
finish
