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
#include "floor.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

static const struct {
  const char* name;
  uint64_t namespaces;
} kSteps[] = {
    {"step01", CLONE_NEWUTS},
    {"step02", CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC},
    {"step03", CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS},
};

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
