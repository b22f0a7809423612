# For engine.sh: bundles, a seccomp profile, the cgroups of a version, many containers.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # for lib.sh and engine.sh

# write_bundle NAME ARGS-JSON [SECCOMP-JSON]: the config.json that `runc spec` writes, without a terminal; where
# there is version 2 alone it asks for a cgroup namespace, too.
write_bundle() {
  local config
  config=$(<"$here/runc-spec.json")
  config=${config/'["true"]'/"$2"}
  config=${config/'"path": "rootfs"'/"\"path\": \"$work/bundle/rootfs\""}
  [ "$version" = 1 ] || config=${config/'{ "type": "mount" }'/'{ "type": "mount" }, { "type": "cgroup" }'}
  [ $# = 2 ] || config=${config/'"maskedPaths"'/"\"seccomp\": $3, \"maskedPaths\""}
  mkdir -p "$work/$1"
  printf '%s\n' "$config" >"$work/$1/config.json"
}

# write_large_bundle NAME: the same as an engine writes it for a container with much in it: 40 KB, 30 mounts (the seven of the
# plain one, 20 volumes, three tmpfs), 20 devices that are made and allowed, the profile, labels.
write_large_bundle() {
  local i config devices='' allowed='' mounts='' labels=''
  write_bundle "$1" '["true"]' "$(<"$work/bin/profile.json")"
  config=$(<"$work/$1/config.json")
  for ((i = 0; i < 20; ++i)); do
    mkdir -p "$work/volumes/$i"
    mounts+=", {\"destination\": \"/mnt/volume-$i\", \"type\": \"bind\", \"source\": \"$work/volumes/$i\", \"options\": [\"rbind\", \"rprivate\", \"ro\"]}"
    devices+=", {\"path\": \"/dev/bench$i\", \"type\": \"c\", \"major\": 240, \"minor\": $i, \"fileMode\": 432, \"uid\": 0, \"gid\": 5}"
    allowed+=", {\"allow\": true, \"type\": \"c\", \"major\": 240, \"minor\": $i, \"access\": \"rw\"}"
  done
  for i in run tmp var-cache; do
    mounts+=", {\"destination\": \"/mnt/$i\", \"type\": \"tmpfs\", \"source\": \"tmpfs\", \"options\": [\"nosuid\", \"nodev\", \"size=1m\"]}"
  done
  config=${config/'"access": "rwm" }'/'"access": "rwm" }'"$allowed"}
  config=${config/'"maskedPaths"'/"\"devices\": [${devices#, }], \"maskedPaths\""}
  config=${config/'"relatime", "ro"] }'/'"relatime", "ro"] }'"$mounts"}
  for ((i = 0; ${#config} + ${#labels} < 40 << 10; ++i)); do
    labels+=", \"org.example.label.$i\": \"as images and engines have them, by the dozen: $i\""
  done
  printf '%s\n' "${config/'"linux": {'/"\"annotations\": { ${labels#, } }, \"linux\": {"}" >"$work/$1/config.json"
}

# An allow-list of about 400 calls, as engines have it by default: all of this machine's headers but those that ask for
# privileges, those that only 32-bit programs use, the newest, and some rules on arguments.
write_profile() { # FILE
  local privileged='acct add_key afs_syscall bpf clock_adjtime clock_settime clone clone3 create_module delete_module
    finit_module fsconfig fsmount fsopen fspick get_kernel_syms get_mempolicy getpmsg init_module ioperm iopl kcmp
    kexec_file_load kexec_load keyctl lookup_dcookie mbind mount mount_setattr move_mount move_pages nfsservctl
    open_by_handle_at open_tree perf_event_open personality pivot_root process_vm_readv process_vm_writev putpmsg
    query_module quotactl quotactl_fd reboot request_key security set_mempolicy set_mempolicy_home_node
    setdomainname sethostname setns settimeofday socket swapoff swapon _sysctl sysfs tuxcall umount2 unshare
    uselib userfaultfd ustat vhangup vserver epoll_ctl_old epoll_wait_old'
  local older='_llseek _newselect chown32 clock_getres_time64 clock_gettime64 clock_nanosleep_time64 fadvise64_64
    fchown32 fcntl64 fstat64 fstatat64 fstatfs64 ftruncate64 futex_time64 getegid32 geteuid32 getgid32 getgroups32
    getresgid32 getresuid32 getuid32 ipc lchown32 lstat64 mmap2 mq_timedreceive_time64 mq_timedsend_time64 nice
    ppoll_time64 pselect6_time64 recv recvmmsg_time64 rt_sigtimedwait_time64 sched_rr_get_interval_time64
    semtimedop_time64 send sendfile64 setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32 setresuid32
    setreuid32 setuid32 sigreturn signal sigprocmask socketcall stat64 statfs64 stime time timer_gettime64
    timer_settime64 timerfd_gettime64 timerfd_settime64 truncate64 ugetrlimit utimensat_time64 waitpid
    arm_fadvise64_64 arm_sync_file_range break breakpoint cacheflush ftime gtty idle lock mpx oldfstat oldlstat
    oldolduname oldstat olduname prof profil readdir set_tls sgetmask sigaction sigpending sigsuspend ssetmask stty
    sync_file_range2 ulimit umount'
  local newer='cachestat fchmodat2 futex_requeue futex_wait futex_wake getxattrat listmount listxattrat lsm_get_self_attr
    lsm_list_modules lsm_set_self_attr map_shadow_stack mseal removexattrat setxattrat statmount'
  local names architectures
  names=$({ echo '#include <sys/syscall.h>' | "${CC:-cc}" -E -dM - | sed -n 's/^#define __NR_\([a-z_0-9]*\) .*/\1/p'
    tr -s ' ' '\n' <<<"$older $newer"; } | sort -u | grep -vxF "$(tr -s ' ' '\n' <<<"$privileged")" | sed 's/.*/"&"/' | paste -sd,)
  case $(uname -m) in
    x86_64) architectures='"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"' ;;
    aarch64) architectures='"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"' ;;
    *) fail "no seccomp profile is known for $(uname -m)" ;;
  esac
  cat >"$1" <<PROFILE
{ "defaultAction": "SCMP_ACT_ERRNO", "architectures": [$architectures],
  "syscalls": [
    { "names": [$names], "action": "SCMP_ACT_ALLOW" },
    { "names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 0, "op": "SCMP_CMP_EQ" }] },
    { "names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 8, "op": "SCMP_CMP_EQ" }] },
    { "names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 0, "value": 40, "op": "SCMP_CMP_NE" }] },
    { "names": ["clone"], "action": "SCMP_ACT_ALLOW",
      "args": [{ "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }] }] }
PROFILE
}

calls_of() { grep -o '"[a-z_0-9]*"[],]' "$1" | tr -d '"],' | sort -u; } # PROFILE

# make_programs FOLDER: what needs a compiler.
make_programs() {
  compile engine-floor engine_floor.c engine_cgroup.c
  compile timer timer.c report.c
  compile resident resident.c
  write_profile "$work/bin/profile.json"
  compile filter filter.c -lseccomp
  calls_of "$work/bin/profile.json" | "$work/bin/filter" >"$work/bin/filter.bpf"
  [ "$1" = "$work/bin" ] || { mkdir -p "$1" && cp "$work/bin"/{engine-floor,timer,resident,profile.json,filter.bpf} "$1"; }
}

# Which versions of cgroups the machine has. Of a machine with version 1, version 2 can be shown, too, but with few
# controllers: the others are version 1's.
choose_versions() {
  local has_1=
  [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || has_1=1
  [ -n "$versions" ] || versions=${has_1:+1,}2
  [ -n "$has_1" ] || case ,$versions, in *,1,*) fail "-c 1: there is no version 1 of cgroups here" ;; esac
}

# show_version: sets `floor`, and shows /sys/fs/cgroup as a machine has it with $version alone, and a file system for device programs.
show_version() {
  if [ "$version" = 1 ]; then
    hide_unified_cgroup
  else
    [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
    [ "$(stat -fc %T /sys/fs/bpf 2>/dev/null)" = bpf_fs ] || mount -n -t bpf bpf /sys/fs/bpf ||
      say "/sys/fs/bpf can't be had: lockstep loads its device program each time"
  fi
  hierarchies=()
  find_hierarchies
  local IFS=:
  floor="$work/bin/engine-floor $version ${hierarchies[*]#* } $work/floor $work/bundle/rootfs"
}

# many COMMAND…: for each number, with {} in its place, some at a time.
many() { seq "$count" | xargs -P 4 -I '{}' "$@" >/dev/null 2>>"$work/log"; }

# Containers cost memory, most of it the kernel's; what one of them costs here is not known before.
choose_count() {
  local free
  free=$(awk '/^MemAvailable/ { print int($2 / 1024 / 4) }' /proc/meminfo)
  [ "$count" -gt "$free" ] || return 0
  say "the memory that is free does for $free containers at 4 MiB each: $free instead of $count"
  count=$free
}
