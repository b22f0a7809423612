#!/bin/bash
# Profiles of one's own: of a bundle, and by --security-opt seccomp=FILE.
# shellcheck disable=SC2016  # jq expands it
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# what ANSWER JQ -- CALL…: of a bundle with the profile JQ.
what() {
  local expected=$1 profile=$2
  shift 3
  new_bundle --argjson seccomp "$profile" --args '.linux.seccomp = $seccomp | .process.args = $ARGS.positional' "$@"
  try "$newest" run --bundle bundle x
  [[ $out == "$expected" ]] || fail "expected $expected with $profile$(seen)"
}

what EACCES '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sched_yield"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}' -- call sched_yield
what EPERM '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sched_yield"], "action": "SCMP_ACT_ERRNO"}]}' -- call sched_yield
what ok '{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"], "syscalls": [{"names": ["sched_yield"], "action": "SCMP_ACT_LOG"}]}' -- call sched_yield
what EBADF '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["dup3"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_EQ"}]}]}' -- call 292 100 101
what EPERM '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["dup3"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 100, "op": "SCMP_CMP_GE"}]}]}' -- call 292 100 101
what '' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sched_yield"], "action": "SCMP_ACT_KILL_PROCESS"}]}' -- call sched_yield
ends_with 159  # 128 + SIGSYS

# What isn't allowed by a list of one's own; what is newer than it.
all=$(jq -n '["execve","brk","arch_prctl","set_tid_address","set_robust_list","rseq","prlimit64","readlink","readlinkat","getrandom",
  "mprotect","getpid","newfstatat","fstat","write","writev","ioctl","exit_group","exit","setresuid","setresgid","setgroups","prctl","poll",
  "chdir","faccessat","faccessat2","stat","access","close_range","rt_sigprocmask","rt_sigaction","sendmsg","mmap","uname","futex","gettid","statx"]')
list='{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13, "syscalls": [{"names": '$all', "action": "SCMP_ACT_ALLOW"}]}'
what ok "$list" -- call getpid
what EACCES "$list" -- call sched_yield
what ENOSYS "$list" -- call 449

# An engine's file.
cat > engine.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
 "syscalls": [{"names": ["sched_yield"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13, "comment": "", "includes": {}, "excludes": {}},
              {"names": ["getpid"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_MODULE"]}}]}
J
answers EACCES --security-opt seccomp=engine.json -- sched_yield
answers ok --security-opt seccomp=engine.json -- getpid
answers ok --security-opt=seccomp=unconfined -- sched_yield
[[ ! -e /usr/share/containers/seccomp.json ]] || answers EPERM --security-opt seccomp=/usr/share/containers/seccomp.json -- bpf

# What can't be done says so, and nothing stays.
refused() {
  new_bundle --argjson seccomp "$1" '.linux.seccomp = $seccomp | .process.args = ["true"]'
  refuses 1 "$2" "$newest" create --bundle bundle x
  [[ -z $("$newest" list -q) ]] || fail "it stays: $("$newest" list)"
}
refused '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_PDP11"]}' 'SCMP_ARCH_PDP11": not known to libseccomp'
new_bundle '.process.args = ["true"] | .process.noNewPrivileges = false | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{"names": ["setgroups"], "action": "SCMP_ACT_ERRNO"}]}'
refuses 125 'setgroups(0, []): Operation not permitted (EPERM)' "$newest" run --bundle bundle x
says 'hint: the seccomp profile is loaded by now and may be what refuses it'
refused '{"defaultAction": "no"}' 'linux.seccomp.defaultAction: expected one of'
refused '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}' 'needs a listenerPath'
for value in '' seccomp seccomp= seccomp=/no/such/file seccomp=/ nonsense; do
  refuses 125 '--security-opt' "$newest" run --rootfs "$rootfs" "--security-opt=$value" true
done
echo '{"defaultAction": 7}' > wrong.json
refuses 125 'wrong.json: defaultAction: expected a string' "$newest" run --rootfs "$rootfs" --security-opt seccomp=wrong.json true
new_bundle .
refuses 1 "the bundle's config.json decides that" "$newest" create --bundle bundle --security-opt seccomp=unconfined x
finish
