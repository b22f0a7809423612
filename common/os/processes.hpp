#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// The kernel's process and namespace calls, each narrating itself and throwing SysError.
namespace lockstep::sys {

/// What clone3 gave: in the parent the child's PID and a pidfd; in the child pid is 0.
struct Cloned {
  pid_t pid = 0;
  Fd pidfd;
};

/// A cgroup of the version 2 hierarchy, open, that a child is to be born in (CLONE_INTO_CGROUP, kernel
/// 5.7).
struct Birthplace {
  Fd cgroup;
  /// Set by clone, in parent and child. False: the kernel can't, so the child has to go there itself.
  bool taken = false;
};

/// clone3(2) as fork(2) would do it, with `namespaces` (CLONE_NEW*) and a pidfd; on a kernel
/// without clone3, or in a sandbox that hides it, clone(2) with the same flags. Only while
/// single-threaded. `birthplace` may be null.
Cloned clone(uint64_t namespaces, Birthplace* birthplace, Why why = {});

/// unshare(2).
void unshare(uint64_t namespaces, Why why = {});

/// setns(2): joins the namespaces `kinds` (CLONE_NEW*) of the process behind `pidfd` (kernel 5.8;
/// an older one is given /proc/PID/ns files, one after another). A PID namespace is joined by the
/// next child only, never by the caller.
void join_namespaces(const Fd& pidfd, pid_t pid, uint64_t kinds, Why why = {});

/// setns(2) with one namespace's open file (/proc/PID/ns/…), `kind` being its CLONE_NEW*.
void join_namespace(const Fd& file, uint64_t kind, Why why = {});

/// pidfd_open(2). Nothing if there is no such process.
std::optional<Fd> open_pid(pid_t pid);

/// pidfd_send_signal(2): cannot hit another process that got the same number. False if it has
/// ended.
bool send_signal(const Fd& pidfd, pid_t pid, int signal, Why why = {});

/// kill(2). False if there is no such process.
bool kill(pid_t pid, int signal, Why why = {});

/// Waits up to `milliseconds` (-1: without end) for the process behind `pidfd` to end. True if it
/// has.
bool wait_for_end(const Fd& pidfd, int milliseconds);

/// sethostname(2), setdomainname(2).
void set_hostname(const std::string& name, Why why = {});
void set_domainname(const std::string& name, Why why = {});

/// setsid(2): a new session without a controlling terminal; nothing if the caller leads one
/// already.
void new_session(Why why = {});

/// ioctl(TIOCSCTTY): makes the terminal the session's controlling one.
void set_controlling_terminal(const Fd& terminal, Why why = {});

/// prctl(PR_SET_PDEATHSIG): the kernel sends `signal` to the caller when its parent ends (0: none).
/// Nothing is done if that is so already; a change of user ids turns it off again.
void set_parent_death_signal(int signal, Why why = {});

/// prctl(PR_SET_DUMPABLE): whether others may trace the caller, or read its memory and its /proc.
void set_dumpable(bool dumpable, Why why = {});

/// chdir(2), fchdir(2), chroot(2), umask(2).
void change_directory(const std::string& path, Why why = {});
void change_directory(const Fd& directory, const std::string& name, Why why = {});
void change_root(const std::string& path, Why why = {});
mode_t set_umask(mode_t mask, Why why = {});

/// execve(2); returns only by throwing. `arguments` and `environment` become argv and envp.
[[noreturn]] void execute(const std::string& path, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment, Why why = {});

/// execveat(2) of an open file, `name` being what narration and errors call it.
[[noreturn]] void execute_open(const Fd& file, const std::string& name,
                               const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment, Why why = {});

/// An environment variable's value; empty if it is not set.
std::string variable(const char* name);
/// The caller's environment, as execute() takes it.
std::vector<std::string> callers_environment();

/// The open descriptors; nothing where /proc can't tell.
std::optional<std::vector<int>> open_descriptors();

/// `number`, a standard file's, is from now on what `file` is. Not to be gone on without: a program
/// whose input is another one than meant does something else, and calls it success.
void replace_descriptor(const Fd& file, int number);

/// Closes every descriptor from `first` up: close_range(2), or one by one where it is missing.
void close_all_from(int first);

/// Marks every descriptor from `first` up close-on-exec, so that nothing of the host's leaks through an
/// execve, but the error path can still use them until then.
void close_on_exec_from(unsigned first, Why why = {});

}  // namespace lockstep::sys
