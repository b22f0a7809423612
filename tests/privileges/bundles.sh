#!/bin/bash
# What only a bundle's config.json can say, and what is wrong in one.
# shellcheck disable=SC2154,SC2016,SC2086
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "there is no python3 to write bundles with"
mkdir b
"$newest" spec --bundle b
cp b/config.json default.json

# bundle CHANGE: the default config.json, changed by a line of Python about `c`.
bundle() {
  python3 - "$rootfs" "$1" << 'END'
import json, sys
c = json.load(open('default.json'))
c['root'] = {'path': sys.argv[1]}
c['process']['terminal'] = False
p = c['process']
p['args'] = ['sh', '-c', 'true']
exec(sys.argv[2])
json.dump(c, open('b/config.json', 'w'))
END
}
# says_inside TEXT SCRIPT CHANGE
says_inside() {
  bundle "p['args'] = ['sh', '-c', '''$2''']; $3"
  gets "$1" "$newest" run --bundle b "$x"
}
wrong() {
  bundle "$2"
  refuses 125 "$1" "$newest" run --bundle b "$x"
}
caps='echo $(sed -n s/^Cap...:.//p /proc/self/status)'

says_inside "$none $default $default $default $none" "$caps" ''
says_inside $'1024\n1024\n1' 'ulimit -Sn; ulimit -Hn; sed -n s/^NoNewPrivs:.//p /proc/self/status' ''
says_inside "$none $none $none $none $none" "$caps" 'del p["capabilities"]'
kill="$(bit 5)"
says_inside "$kill $kill $kill $kill $kill" "$caps" \
  'p["capabilities"] = {k: ["CAP_KILL"] for k in ("bounding", "effective", "permitted", "inheritable", "ambient")}; p["user"] = {"uid": 1000, "gid": 1000}'
says_inside "$none $none $none $kill $none" "$caps" \
  'p["capabilities"] = {"bounding": ["CAP_KILL"]}; p["user"] = {"uid": 1000, "gid": 1000}'
# As runc's own `spec` of 1.1 has it: ambient without inheritable. To root it is all the same.
says_inside "$none $kill $kill $kill $none" "$caps" \
  'p["capabilities"] = {k: ["CAP_KILL"] for k in ("bounding", "effective", "permitted", "ambient")}'
bundle 'p["capabilities"] = {"bounding": ["CAP_KILL", "CAP_NEW_ONE"], "effective": ["CAP_NEW_ONE"]}'
try "$newest" run --bundle b "$x"
ends_with 0
[[ $err == *'config.json: process.capabilities: left out, for lockstep knows no such capability: "CAP_NEW_ONE")' ]] ||
  fail "a capability that nobody knows$(seen)"
[[ $err != *$'\n'* ]] || fail "more than one line$(seen)"

says_inside '7' 'cut -d" " -f 19 /proc/self/stat' 'p["scheduler"] = {"policy": "SCHED_BATCH", "nice": 7}'
says_inside 'best-effort: prio 6' 'ionice' 'p["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 6}'
says_inside 'idle' 'ionice' 'p["ioPriority"] = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}'
says_inside '400' 'cat /proc/self/oom_score_adj' 'p["oomScoreAdj"] = 400'
if [[ $(uname -m) == x86_64 ]]; then says_inside i686 'uname -m' 'c["linux"]["personality"] = {"domain": "LINUX32"}'; fi
says_inside 33 'cat /proc/sys/net/ipv4/ip_default_ttl' 'c["linux"]["sysctl"] = {"net.ipv4.ip_default_ttl": "33"}'

# Of exec only: CPUs.
cpu=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)
bundle "p['args'] = ['sleep', '1000']; p['execCPUAffinity'] = {'initial': '$cpu', 'final': '$cpu'}; c['linux']['personality'] = {'domain': 'LINUX32'}; p['scheduler'] = {'policy': 'SCHED_OTHER', 'nice': 3}"
"$newest" create --bundle b "$x" > create.log 2>&1 || fail "create: $(< create.log)"
succeeds "$newest" start "$x"
gets "$cpu 3" "$newest" exec "$x" sh -c 'echo $(sed -n s/^Cpus_allowed_list:.//p /proc/self/status) $(cut -d" " -f 19 /proc/self/stat)'
succeeds "$newest" delete --force "$x"

wrong 'process.rlimits[1].type: "RLIMIT_NOFILE" is listed twice' 'p["rlimits"] = 2 * [{"type": "RLIMIT_NOFILE", "soft": 1, "hard": 1}]'
wrong 'process.rlimits[0].type: expected one of RLIMIT_AS' 'p["rlimits"] = [{"type": "RLIMIT_NO", "soft": 1, "hard": 1}]'
wrong 'process.rlimits[0].soft: the soft limit is more than' 'p["rlimits"] = [{"type": "RLIMIT_CPU", "soft": 2, "hard": 1}]'
wrong 'process.rlimits[0].hard: is required' 'p["rlimits"] = [{"type": "RLIMIT_CPU", "soft": 2}]'
wrong 'process.rlimits[0].hard: expected an integer from 0' 'p["rlimits"] = [{"type": "RLIMIT_CPU", "soft": 2, "hard": -1}]'
wrong 'process.oomScoreAdj: expected an integer from -1000' 'p["oomScoreAdj"] = 1001'
wrong 'process.scheduler.policy: expected SCHED_OTHER' 'p["scheduler"] = {"policy": "SCHED_NO"}'
wrong 'process.ioPriority.priority: expected' 'p["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 8}'
wrong 'process.execCPUAffinity.final: expected a list of CPUs' 'p["execCPUAffinity"] = {"final": "x"}'
wrong 'process.capabilities.bounding[0]: expected a string' 'p["capabilities"] = {"bounding": [7]}'
wrong 'linux.personality.domain: expected one of LINUX' 'c["linux"]["personality"] = {"domain": "BSD"}'
wrong 'linux.sysctl["net.x"]: expected a string' 'c["linux"]["sysctl"] = {"net.x": 1}'
wrong 'AppArmor' 'p["apparmorProfile"] = "p"'
wrong 'SELinux' 'p["selinuxLabel"] = "a:b:c:d"'
wrong 'SELinux' 'c["linux"]["mountLabel"] = "a:b:c:d"'
finish
