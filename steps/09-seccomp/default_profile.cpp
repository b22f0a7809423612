// The default profile, as a table: what a container may ask the kernel for, and why.
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "09-seccomp/profile.hpp"
#include "common/os/text.hpp"

namespace lockstep::seccomp {
namespace {

constexpr const char* kAllow = "SCMP_ACT_ALLOW";
constexpr const char* kErrno = "SCMP_ACT_ERRNO";

/// What is allowed, and why it may be. A call that an architecture doesn't have is passed over there.
struct Group {
  const char* why;
  const char* calls;
};

constexpr Group kAlways[] = {
    {"processes: what a shell does all day",
     "fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid "
     "getpgid "
     "getpgrp setpgid getsid setsid prctl arch_prctl set_tid_address set_thread_area "
     "get_thread_area "
     "set_robust_list get_robust_list rseq restart_syscall membarrier getcpu"},
    {"signals, and processes by descriptor; only within the PID namespace",
     "kill tkill tgkill rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn "
     "rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack "
     "sigprocmask "
     "sigreturn signalfd signalfd4 pause pidfd_open pidfd_send_signal process_mrelease"},
    {"debuggers: since kernel 4.8 a tracer can't get past a filter (and it takes 5.3 to run here)",
     "ptrace process_vm_readv process_vm_writev"},
    {"files: open and close",
     "open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock umask "
     "name_to_handle_at memfd_create memfd_secret pipe pipe2"},
    {"files: read and write",
     "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek "
     "sendfile "
     "sendfile64 splice tee vmsplice copy_file_range readahead fadvise64 fadvise64_64 "
     "arm_fadvise64_64 truncate truncate64 ftruncate ftruncate64 fallocate sync syncfs fsync "
     "fdatasync sync_file_range sync_file_range2 arm_sync_file_range cachestat"},
    {"files: look",
     "stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs "
     "fstatfs64 statmount listmount access faccessat faccessat2 readlink readlinkat getdents "
     "getdents64 getcwd"},
    {"files: names, owners, modes, times; nodes are the cgroup's business",
     "chdir fchdir mkdir mkdirat rmdir link linkat symlink symlinkat unlink unlinkat rename "
     "renameat "
     "renameat2 mknod mknodat chmod fchmod fchmodat fchmodat2 chown chown32 lchown lchown32 fchown "
     "fchown32 fchownat utime utimes futimesat utimensat utimensat_time64"},
    {"extended attributes",
     "getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr "
     "llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat"},
    {"memory",
     "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock "
     "munlockall mseal remap_file_pages pkey_alloc pkey_free pkey_mprotect map_shadow_stack "
     "modify_ldt cacheflush riscv_flush_icache"},
    {"waiting for several things at once",
     "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create "
     "epoll_create1 "
     "epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 "
     "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark"},
    {"asynchronous input and output, of the old kind (io_uring has its own rules, past every "
     "filter)",
     "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64"},
    {"locks between threads", "futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue"},
    {"time: to read it, to wait; to set it takes CAP_SYS_TIME, which the kernel asks for itself",
     "time times gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 "
     "clock_nanosleep clock_nanosleep_time64 clock_adjtime clock_adjtime64 adjtimex nanosleep "
     "alarm "
     "getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 "
     "timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 "
     "timerfd_settime "
     "timerfd_settime64"},
    {"sockets, once there is one (socket(2) itself: see below)",
     "socketcall socketpair bind listen accept accept4 connect shutdown getsockname getpeername "
     "getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg "
     "recvmmsg_time64"},
    {"System V's and POSIX's shared memory and queues; the IPC namespace keeps them apart",
     "ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd "
     "msgrcv msgctl mq_open mq_unlink mq_notify mq_getsetattr mq_timedsend mq_timedsend_time64 "
     "mq_timedreceive mq_timedreceive_time64"},
    {"users and groups; the kernel checks who may become whom",
     "getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 "
     "getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid "
     "setreuid32 "
     "setregid setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid "
     "setfsgid32 setgroups setgroups32 capget capset"},
    {"shares of the machine, within the cgroup's",
     "getpriority setpriority getrlimit ugetrlimit setrlimit prlimit64 getrusage ioprio_get "
     "ioprio_set "
     "sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam "
     "sched_setparam sched_getscheduler sched_setscheduler sched_get_priority_max "
     "sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64"},
    {"what every program asks", "uname sysinfo getrandom ioctl riscv_hwprobe uretprobe"},
    {"more walls of the program's own",
     "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self"},
    {"of single architectures",
     "breakpoint set_tls swapcontext s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr"},
};

/// What only makes sense with a capability, and is refused without: the kernel would refuse it, too, but
/// not before it had run its own code on the arguments; and in a user namespace of the program's own
/// it wouldn't.
struct Power {
  const char* capability;
  const char* calls;
};

constexpr Power kWithCapability[] = {
    {"CAP_SYS_ADMIN",
     "mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick setns "
     "unshare clone clone3 sethostname setdomainname bpf perf_event_open fanotify_init quotactl "
     "quotactl_fd lookup_dcookie syslog lsm_get_self_attr lsm_set_self_attr lsm_list_modules"},
    {"CAP_DAC_READ_SEARCH", "open_by_handle_at"},
    {"CAP_SYS_BOOT", "reboot"},
    {"CAP_SYS_CHROOT", "chroot"},
    {"CAP_SYS_MODULE", "init_module finit_module delete_module"},
    {"CAP_SYS_PACCT", "acct"},
    {"CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise"},
    {"CAP_SYS_RAWIO", "iopl ioperm"},
    {"CAP_SYS_TIME", "settimeofday stime clock_settime clock_settime64"},
    {"CAP_SYS_TTY_CONFIG", "vhangup"},
    {"CAP_SYS_NICE", "get_mempolicy set_mempolicy set_mempolicy_home_node mbind"},
    {"CAP_SYSLOG", "syslog"},
    {"CAP_BPF", "bpf"},
    {"CAP_PERFMON", "perf_event_open"},
};

/// Families of sockets. Left out are those that the kernel has dropped, and two doors that lead past the
/// network namespace: AF_VSOCK to virtual machines, and AF_ALG to the kernel's cryptography, in which
/// nothing is the container's own.
constexpr uint64_t kFirstDropped = AF_ROSE + 1;  // below: AF_UNIX, AF_INET, AF_INET6, …
constexpr std::array kFamilies = {AF_NETBEUI, AF_SECURITY, AF_KEY,    AF_NETLINK,    AF_PACKET,
                                  AF_ASH,     AF_RDS,      AF_SNA,    AF_PPPOX,      AF_LLC,
                                  AF_IB,      AF_MPLS,     AF_CAN,    AF_TIPC,       AF_BLUETOOTH,
                                  AF_IUCV,    AF_RXRPC,    AF_PHONET, AF_IEEE802154, AF_NFC,
                                  AF_KCM,     AF_QIPCRTR,  AF_SMC,    AF_XDP,        AF_MCTP};

/// personality(2): Linux, 32 bits, UNAME26, both, and the question what it is; not what turns the
/// randomised addresses off.
constexpr std::array<uint64_t, 5> kPersonalities = {0, 0x8, 0x20000, 0x20008, 0xffffffff};

constexpr uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

/// Which of clone(2)'s arguments its flags are.
#if defined(__s390__)
constexpr unsigned kCloneFlags = 1;
#else
constexpr unsigned kCloneFlags = 0;
#endif

/// Those that a kernel for this machine runs, too.
std::vector<std::string> architectures() {
#if defined(__x86_64__)
  return {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
#elif defined(__aarch64__)
  return {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
#elif defined(__s390x__)
  return {"SCMP_ARCH_S390X", "SCMP_ARCH_S390"};
#else
  return {};
#endif
}

oci::SyscallRule allow_if(const char* call, const oci::SeccompArg& condition) {
  return {{call}, kAllow, std::nullopt, {condition}};
}

void add_conditions(std::vector<oci::SyscallRule>& rules) {
  rules.push_back(allow_if("socket", {0, kFirstDropped, 0, "SCMP_CMP_LT"}));
  for (const int family : kFamilies)
    rules.push_back(allow_if("socket", {0, static_cast<uint64_t>(family), 0, "SCMP_CMP_EQ"}));
  for (const uint64_t persona : kPersonalities)
    rules.push_back(allow_if("personality", {0, persona, 0, "SCMP_CMP_EQ"}));
}

/// A process and a thread may be made, a namespace may not. clone3(2) has its flags in memory, where no
/// filter sees them: so the kernel seems too old for it, and libraries take clone(2).
void add_clone(std::vector<oci::SyscallRule>& rules) {
  rules.push_back(allow_if("clone", {kCloneFlags, kNamespaces, 0, "SCMP_CMP_MASKED_EQ"}));
  rules.push_back({{"clone3"}, kErrno, ENOSYS, {}});
}

}  // namespace

oci::Seccomp default_profile(const std::vector<std::string>& capabilities) {
  const auto has = [&](const char* name) {
    return std::find(capabilities.begin(), capabilities.end(), name) != capabilities.end();
  };
  oci::Seccomp profile;
  profile.default_action = kErrno;
  profile.default_errno_ret = EPERM;
  profile.architectures = architectures();
  for (const Group& group : kAlways)
    profile.syscalls.push_back({fields(group.calls), kAllow, std::nullopt});
  add_conditions(profile.syscalls);
  for (const Power& power : kWithCapability) {
    if (has(power.capability))
      profile.syscalls.push_back({fields(power.calls), kAllow, std::nullopt});
  }
  if (!has("CAP_SYS_ADMIN")) add_clone(profile.syscalls);
  return profile;
}

}  // namespace lockstep::seccomp
