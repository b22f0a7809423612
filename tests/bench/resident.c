// resident: run a command and print the most memory, in KiB, that its process was resident in.
//
//   resident COMMAND [ARG…]
//
// wait4(2)'s ru_maxrss can't say this of a program this small: it starts at the resident size of
// the process that called execve, includes the container's own command, and the kernel counts it in
// steps of some hundred KiB. So the process is stopped where it exits (PTRACE_EVENT_EXIT in
// ptrace(2)) and the exact VmHWM is read from its /proc/PID/status. Its children are not counted,
// and of a process that executed itself again only the last program. Exits with the command's
// status.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static long high_water_kib(pid_t pid) {
  char path[64], line[256];
  long kib = -1;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE* status = fopen(path, "re");
  if (!status) return -1;
  while (fgets(line, sizeof line, status)) {
    if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
  }
  fclose(status);
  return kib;
}

static int failed(const char* what) {
  fprintf(stderr, "resident: %s: %s\n", what, strerror(errno));
  return 125;
}

// Follows the stopped tracee to its end, and hands on every signal that it gets on the way.
static int follow(pid_t pid, long* kib) {
  int status = 0;
  if (waitpid(pid, &status, 0) < 0) return failed("waitpid");
  // TRACEEXEC: some runtimes execute themselves again, which would otherwise be a deadly SIGTRAP.
  if (WIFSTOPPED(status)) {
    ptrace(PTRACE_SETOPTIONS, pid, 0L, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC);
  }
  long signal = 0;  // the first stop is execve's own SIGTRAP
  while (WIFSTOPPED(status)) {
    if (ptrace(PTRACE_CONT, pid, 0L, signal) < 0 && errno != ESRCH) return failed("PTRACE_CONT");
    if (waitpid(pid, &status, 0) < 0) return failed("waitpid");
    if (!WIFSTOPPED(status)) break;
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXIT) *kib = high_water_kib(pid);
    signal = event ? 0 : WSTOPSIG(status);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: resident COMMAND [ARG...]\n");
    return 125;
  }
  const pid_t pid = fork();
  if (pid < 0) return failed("fork");
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, 0L, 0L);
    execvp(argv[1], argv + 1);
    _exit(failed(argv[1]));
  }
  long kib = -1;
  const int status = follow(pid, &kib);
  if (status == 0 && kib < 0) {
    fprintf(stderr, "resident: %s: its end was not seen\n", argv[1]);
    return 125;
  }
  if (status == 0) printf("%ld\n", kib);
  return status;
}
