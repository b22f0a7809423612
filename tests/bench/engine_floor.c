// engine-floor: the least work that a runtime has to do for the verbs of the OCI, with the config.json that
// `runc spec` writes.
//
//   engine-floor VERSION CGROUPS STATE ROOTFS VERB ID [COMMAND [ARG…]]
//   engine-floor VERSION CGROUPS STATE ROOTFS filtered-run ID FILTER COMMAND [ARG…]
//
// VERSION is 1 or 2, of the cgroups; CGROUPS are the caller's, as folders with colons between them. VERB is run or
// create (with the absolute COMMAND), start, exec (again with one), delete. FILTER is a seccomp filter that filter.c made. Like floor.c this is a ruler and not
// a runtime: the configuration is written into the code. It exits with the command's status.
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "engine_cgroup.h"
#include "floor.h"

static const uint64_t kNamespaces =
    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS;
static const uint32_t kKept = 1U << CAP_AUDIT_WRITE | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE;

static struct cgroups groups;
static const char *rootfs, *id;
static struct sock_filter instructions[BPF_MAXINSNS];
static struct sock_fprog filter = {.filter = instructions};     // none, if its length is 0
static char folder[kMaxPath], state[kMaxPath], gate[kMaxPath];  // `start` opens the gate, a FIFO

// `runc spec` writes a cgroup namespace where there is version 2 only. Order: in the cgroup first, for that is
// what the new namespace shows as its root.
static uint64_t cgroup_namespace(void) { return groups.version == 2 ? CLONE_NEWCGROUP : 0; }

static void raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(fd, "socket");
  must(ioctl(fd, SIOCSIFFLAGS, &request), "lo");
  close(fd);
}

static void prepare_container(void) {
  join_cgroups(&groups);
  close_doors(&groups);
  if (cgroup_namespace()) must(unshare(CLONE_NEWCGROUP), "unshare the cgroup namespace");
  raise_loopback();
  must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, id, 0, 0, 0), "keyctl");
  mount_rootfs(rootfs);
  mount_filesystems();
  mount_cgroups(&groups);
  make_devices();
  pivot();
  must(sethostname("bench", 5), "sethostname");
  protect_paths();
  must(mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), "make / read-only");
}

static void drop_capabilities(void) {
  for (int capability = 0; capability < 64; ++capability) {
    if (capability < 32 && (kKept >> capability & 1)) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) break;  // the kernel knows no more
  }
  must(setgroups(0, NULL), "setgroups");
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  const struct __user_cap_data_struct sets[2] = {{.effective = kKept, .permitted = kKept}};
  must(syscall(SYS_capset, &header, sets), "capset");
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static void read_filter(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  must(fd, path);
  const ssize_t size = read(fd, instructions, sizeof instructions);
  must(size, path);
  close(fd);
  filter.len = (unsigned short)((size_t)size / sizeof *instructions);
}

// Never returns.
static void become(char** command) {
  const struct rlimit files = {1024, 1024};
  setsid();
  must(setrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");
  drop_capabilities();
  char* envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
                  NULL};
  if (filter.len) {
    const unsigned flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter), "seccomp");
  }
  must(execve(*command, command, envp), *command);
}

static pid_t clone_into(uint64_t namespaces) {
  struct clone_args args = {.flags = namespaces, .exit_signal = SIGCHLD};
  if (groups.version == 2) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = (unsigned)groups.doors[0];
  }
  const pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  must(pid, "clone3");
  if (pid != 0) close_doors(&groups);
  return pid;
}

static int wait_for(pid_t pid) {
  int status = 0;
  must(waitpid(pid, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void write_state(pid_t pid) {
  const int fd = open(state, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  must(fd, state);
  must(dprintf(fd, "%d\n{\"ociVersion\":\"1.0.2\",\"id\":\"%s\"}\n", pid, id), state);
  close(fd);
}

static pid_t read_state(void) {
  char text[64] = "";
  int pid = 0;
  const int fd = open(state, O_RDONLY | O_CLOEXEC);
  must(fd, state);
  must(read(fd, text, sizeof text - 1), state);
  close(fd);
  must(sscanf(text, "%d", &pid) == 1 ? 0 : -1, state);
  return pid;
}

static int delete_container(void) {
  if (kill(read_state(), 0) == 0) {
    fprintf(stderr, "floor: %s is running\n", id);
    return 1;
  }
  remove_cgroups(&groups);
  must(unlink(state), state);
  must(rmdir(folder), folder);
  return 0;
}

static int run(char** command) {
  must(mkdir(folder, 0700), folder);
  make_cgroups(&groups);
  open_doors(&groups);
  const pid_t pid = clone_into(kNamespaces);
  if (pid == 0) {
    prepare_container();
    become(command);
  }
  write_state(pid);
  const int status = wait_for(pid);
  return delete_container() == 0 ? status : 125;
}

// In the child: stands at the gate until `start` comes.
static void stand_at(int created, int gate_fd) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", gate_fd);
  must(write(created, "0", 1), "say that the container is created");
  close(created);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd, path);
  must(write(fd, "0", 1), path);
}

static int create(char** command) {
  int created[2];
  char byte;
  must(mkdir(folder, 0700), folder);
  must(mkfifo(gate, 0600), gate);
  const int gate_fd = open(gate, O_PATH | O_CLOEXEC);
  must(gate_fd, gate);
  must(pipe2(created, O_CLOEXEC), "pipe");
  make_cgroups(&groups);
  open_doors(&groups);
  const pid_t pid = clone_into(kNamespaces);
  if (pid == 0) {
    close(created[0]);
    prepare_container();
    stand_at(created[1], gate_fd);
    become(command);
  }
  close(created[1]);
  if (read(created[0], &byte, 1) != 1) return 125;  // the child has said why
  write_state(pid);
  return 0;
}

static int start(void) {
  char byte;
  const int fd = open(gate, O_RDONLY | O_CLOEXEC);
  must(fd, gate);
  must(read(fd, &byte, 1), gate);
  must(unlink(gate), gate);
  return 0;
}

static int exec(char** command) {
  const int container = (int)syscall(SYS_pidfd_open, read_state(), 0);
  must(container, "pidfd_open");
  open_doors(&groups);
  must(setns(container, CLONE_NEWPID), "setns, PID");
  const pid_t pid = clone_into(0);
  if (pid == 0) {
    join_cgroups(&groups);
    must(setns(container, (int)(kNamespaces - CLONE_NEWPID + cgroup_namespace())), "setns");
    become(command);
  }
  return wait_for(pid);
}

int main(int argc, char** argv) {
  if (argc < 7) {
    fprintf(stderr,
            "usage: engine-floor VERSION CGROUPS STATE ROOTFS VERB ID [COMMAND [ARG...]]\n");
    return 125;
  }
  const char* const verb = argv[5];
  char** const command = argv + 7;
  rootfs = argv[4];
  id = argv[6];
  name_cgroups(&groups, argv[1], argv[2], id);
  snprintf(folder, sizeof folder, "%s/%s", argv[3], id);
  snprintf(state, sizeof state, "%.480s/state", folder);
  snprintf(gate, sizeof gate, "%.480s/gate", folder);
  if (strcmp(verb, "run") == 0) return run(command);
  if (strcmp(verb, "filtered-run") == 0) {
    read_filter(command[0]);
    return run(command + 1);
  }
  if (strcmp(verb, "create") == 0) return create(command);
  if (strcmp(verb, "start") == 0) return start();
  if (strcmp(verb, "exec") == 0) return exec(command);
  if (strcmp(verb, "delete") == 0) return delete_container();
  fprintf(stderr, "engine-floor: '%s' is no verb\n", verb);
  return 125;
}
