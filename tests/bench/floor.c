// floor: the least work that a runtime has to do for the containers of steps 01, 02 and 03.
//
//   floor step01 STATE ROOTFS COMMAND    COMMAND with a host name of its own
//   floor step02 STATE ROOTFS COMMAND    … and processes and IPC; a state file below STATE
//   floor step03 STATE ROOTFS COMMAND    … and files: ROOTFS is its root
//
// The configuration is written into the code. Nothing is parsed, guarded, logged or undone after an
// error, so this is a ruler and not a runtime: a runtime's time divided by the floor's says what
// its options, its safety and its messages cost. It exits with the command's status.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { kLocked = MS_NOSUID | MS_NOEXEC | MS_NODEV };

static const struct {
  const char* name;
  uint64_t namespaces;
} kSteps[] = {
    {"step01", CLONE_NEWUTS},
    {"step02", CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC},
    {"step03", CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS},
};

// Relative to the rootfs; /dev comes first because the next three are folders in it.
static const struct {
  const char *type, *target;
  unsigned long flags;
  const char* data;
} kMounts[] = {
    {"tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k"},
    {"devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5"},
    {"tmpfs", "dev/shm", kLocked, "mode=1777,size=65536k"},
    {"mqueue", "dev/mqueue", kLocked, NULL},
    {"proc", "proc", kLocked, NULL},
    {"sysfs", "sys", kLocked | MS_RDONLY, NULL},
};

static const struct {
  const char* path;
  unsigned major, minor;
} kNodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
              {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};

static const struct {
  const char *target, *path;
} kLinks[] = {{"pts/ptmx", "dev/ptmx"},          {"/proc/self/fd", "dev/fd"},
              {"/proc/self/fd/0", "dev/stdin"},  {"/proc/self/fd/1", "dev/stdout"},
              {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"}};

static const char* const kMaskedFiles[] = {"/proc/kcore",         "/proc/keys",
                                           "/proc/latency_stats", "/proc/timer_list",
                                           "/proc/timer_stats",   "/proc/sched_debug"};
static const char* const kMaskedFolders[] = {"/proc/acpi", "/proc/asound", "/proc/scsi",
                                             "/sys/firmware"};
static const char* const kReadOnly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                        "/proc/sysrq-trigger"};

// Ends this process with 125, the status of a runtime's own failure, if a call returned below zero.
static void must(long result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  _exit(125);
}

// Not every kernel has every path of OCI's two lists, and a missing one needs no protection.
static int exists(int result, const char* what) {
  if (result < 0 && errno == ENOENT) return 0;
  must(result, what);
  return 1;
}

static void mount_rootfs(const char* rootfs) {
  must(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "make / rslave");
  must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), rootfs);
  must(chdir(rootfs), rootfs);
}

static void mount_filesystems(void) {
  for (size_t i = 0; i < COUNT(kMounts); ++i) {
    if (kMounts[i].target[3] == '/') must(mkdir(kMounts[i].target, 0755), kMounts[i].target);
    must(mount(kMounts[i].type, kMounts[i].target, kMounts[i].type, kMounts[i].flags,
               kMounts[i].data),
         kMounts[i].target);
  }
}

static void make_devices(void) {
  umask(0);
  for (size_t i = 0; i < COUNT(kNodes); ++i) {
    must(mknod(kNodes[i].path, S_IFCHR | 0666, makedev(kNodes[i].major, kNodes[i].minor)),
         kNodes[i].path);
  }
  umask(0022);
  for (size_t i = 0; i < COUNT(kLinks); ++i) {
    must(symlink(kLinks[i].target, kLinks[i].path), kLinks[i].path);
  }
}

static void pivot(void) {
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  must(umount2(".", MNT_DETACH), "umount the old root");
  must(chdir("/"), "chdir /");
}

static void protect_paths(void) {
  for (size_t i = 0; i < COUNT(kMaskedFiles); ++i) {
    exists(mount("/dev/null", kMaskedFiles[i], NULL, MS_BIND, NULL), kMaskedFiles[i]);
  }
  for (size_t i = 0; i < COUNT(kMaskedFolders); ++i) {
    exists(mount("tmpfs", kMaskedFolders[i], "tmpfs", MS_RDONLY, NULL), kMaskedFolders[i]);
  }
  for (size_t i = 0; i < COUNT(kReadOnly); ++i) {
    const char* path = kReadOnly[i];
    if (!exists(mount(path, path, NULL, MS_BIND | MS_REC, NULL), path)) continue;
    must(mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kLocked, NULL), path);
  }
}

// In the child, inside the new namespaces. Never returns.
static void become_container(uint64_t namespaces, const char* rootfs, char* command) {
  setsid();
  must(sethostname("bench", 5), "sethostname");
  if (namespaces & CLONE_NEWNS) {
    mount_rootfs(rootfs);
    mount_filesystems();
    make_devices();
    pivot();
    protect_paths();
  }
  char* argv[] = {command, NULL};
  char* envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
  must(execve(command, argv, envp), command);
}

static void write_state(const char* folder, const char* file, pid_t pid, const char* rootfs) {
  must(mkdir(folder, 0700), folder);
  const int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  must(fd, file);
  must(dprintf(fd, "{\"ociVersion\":\"1.0.2\",\"id\":\"floor\",\"pid\":%d,\"bundle\":\"%s\"}\n",
               pid, rootfs),
       file);
  must(close(fd), file);
}

static int run(uint64_t namespaces, const char* state, const char* rootfs, char* command) {
  struct clone_args args = {.flags = namespaces, .exit_signal = SIGCHLD};
  const pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  must(pid, "clone3");
  if (pid == 0) become_container(namespaces, rootfs, command);

  const int keeps_state = (namespaces & CLONE_NEWPID) != 0;  // step 02 brings `list` and `kill`
  char folder[512], file[520];
  snprintf(folder, sizeof folder, "%s/%d", state, getpid());
  snprintf(file, sizeof file, "%s/state", folder);
  if (keeps_state) write_state(folder, file, pid, rootfs);
  int status = 0;
  must(waitpid(pid, &status, 0), "waitpid");
  if (keeps_state) {
    must(unlink(file), file);
    must(rmdir(folder), folder);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char** argv) {
  for (size_t i = 0; argc == 5 && i < COUNT(kSteps); ++i) {
    if (strcmp(argv[1], kSteps[i].name) == 0) {
      return run(kSteps[i].namespaces, argv[2], argv[3], argv[4]);
    }
  }
  fprintf(stderr, "usage: floor step01|step02|step03 STATE ROOTFS COMMAND\n");
  return 125;
}
