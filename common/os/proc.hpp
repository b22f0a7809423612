#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/os/fd.hpp"

/// What /proc tells of a process. See: proc(5)
namespace lockstep::proc {

/// A file's text; nothing, with errno, if it can't be read (the process has gone, or is not ours to
/// see). Throws SysError if the machine can't read any (no memory, too many files open).
std::optional<std::string> read_file(const std::string& path);

/// The same, but nothing means that there is no such file: where it is there, what it says counts.
/// Throws SysError if it can't be read.
std::optional<std::string> read_if_there(const std::string& path);

/// When a process started, in clock ticks after boot: with its PID this names a process for good,
/// because a reused PID has a later start. Nothing if it has gone; throws as `stat`.
std::optional<uint64_t> start_time(pid_t pid);

/// A process's state letter ('R', 'S', 'Z', …) and parent. Nothing if it has gone; throws SysError
/// if that can't be known, for a process must not be taken for dead because memory was short.
struct Stat {
  char state = '?';
  pid_t parent = 0;
  uint64_t start_time = 0;
  std::string command;
};
std::optional<Stat> stat(pid_t pid);

/// A pidfd of the process, if it is alive and the one that started then.
std::optional<Fd> open_living(pid_t pid, uint64_t start_time);

/// "uts:[4026531838]": the namespace `kind` ("uts", "pid", "ipc", "mnt", "user", …) of a process,
/// or of the caller for pid 0. Empty if it can't be read.
std::string namespace_of(pid_t pid, const std::string& kind);

/// All processes that are visible, by number.
std::vector<pid_t> all();

/// A line of /proc/self/mountinfo, the fields that are used here.
struct Mount {
  int id = 0;
  int parent = 0;
  std::string device;  // "0:29", as stat(2) has it in st_dev
  std::string root;
  std::string target;
  std::string options;
  std::string propagation;  // "shared:1 master:2", may be empty
  std::string type;
  std::string source;
  std::string super_options;  // the file system's own, for all mounts of it
};
/// All of them, or those whose type begins with `kind`.
std::vector<Mount> mounts(const std::string& path = "/proc/self/mountinfo",
                          std::string_view kind = "");

/// The mount that holds `path` (the longest mount point that is a prefix; the last if stacked).
std::optional<Mount> mount_of(const std::string& path);

}  // namespace lockstep::proc
