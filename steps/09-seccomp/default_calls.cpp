// What a container may ask the kernel for, and why.
#include "09-seccomp/default_calls.hpp"

namespace lockstep::seccomp {
namespace {

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

}  // namespace

std::span<const Group> always_allowed() { return kAlways; }

std::span<const Power> allowed_with_capability() { return kWithCapability; }

}  // namespace lockstep::seccomp
