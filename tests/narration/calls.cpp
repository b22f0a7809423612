#include "tests/narration/calls.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/os/error.hpp"

namespace lockstep::narration {
namespace {

namespace fs = std::filesystem;

// The calls of the wrappers in common/os that narrate, and others that would change the kernel's
// view of the machine or of the process, so that none can be made beside a wrapper. ("?" before a
// name: not every machine has it.) Not among them: what only looks; the contents of files (open,
// write, rename, unlink), which is the state file's business; descriptors, and who waits for what.
constexpr const char* kCalls =
    "trace=clone3,clone,?fork,?vfork,unshare,setns,mount,umount2,pivot_root,chroot,chdir,fchdir,"
    "?mkdir,mkdirat,?rmdir,?bpf,?mknod,mknodat,?symlink,symlinkat,?link,linkat,open_tree,move_"
    "mount,"
    "mount_setattr,fsopen,fsconfig,fsmount,sethostname,setdomainname,setsid,umask,execve,execveat,"
    "pidfd_send_signal,kill,tkill,tgkill,prctl,close_range,ioctl,write,capset,setuid,setgid,"
    "setresuid,setresgid,setgroups,keyctl,seccomp,personality,"
    "prlimit64,sched_setattr,sched_setaffinity,ioprio_set";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What a step makes and need not tell, though strace records it.
bool is_silent(const Call& call) {
  // Of all writes only those that map users or are a cgroup's settings change the kernel's view, and
  // of all folders that are removed only cgroups; of all ioctls only the one that takes a controlling
  // terminal (the others set up a pty and its size).
  if (call.name == "write")
    return !has(call.text, "_map>") && !has(call.text, "/setgroups>") &&
           !has(call.text, "</sys/fs/cgroup/") && !has(call.text, "</proc/sys/") &&
           !has(call.text, "/oom_score_adj>") && !has(call.text, "/attr/");
  if (call.name == "rmdir") return !has(call.text, "\"/sys/fs/cgroup/");
  if (call.name == "ioctl") return !has(call.text, "TIOCSCTTY");
  // To ask changes nothing, and a process's name is for `ps`.
  if (call.name == "keyctl") return has(call.text, "KEYCTL_DESCRIBE");
  // libseccomp asks what the kernel can do before it translates a profile: nothing is loaded.
  if (call.name == "seccomp") return !has(call.text, "{len=");
  if (call.name == "prctl")
    return has(call.text, "PR_GET_") || has(call.text, "PR_SET_NAME") ||
           has(call.text, "PR_CAPBSET_READ");
  // Without a new limit it is a question (the C library's, after every execve, among others).
  if (call.name == "prlimit64") return !has(call.text, ", {") || has(call.text, ", NULL, ");
  // The question whether the kernel has the call: on no descriptor, with an impossible flag.
  return call.name == "mount_setattr" && has(call.text, "mount_setattr(-1, ");
}

/// The keeper that holds a detached container's terminal has let go of its narration, as of all
/// that is the caller's: nobody could read what it tells.
bool is_keeper(const std::vector<Call>& calls) {
  return std::any_of(calls.begin(), calls.end(), [](const Call& call) {
    return call.name == "prctl" && has(call.text, "\"lockstep-keeper\"");
  });
}

bool executes(const Call& call) { return call.name == "execve" || call.name == "execveat"; }

/// A line like `mkdirat(3</run>, "x", 0700) = -1 EEXIST (File exists)`.
Call parse_line(const std::string& line) {
  Call call;
  const size_t equals = line.rfind(" = ");
  call.name = line.substr(0, line.find('('));
  call.text = line.substr(0, line.find_last_not_of(' ', equals) + 1);
  if (equals == std::string::npos) return call;  // it ended inside the call
  const std::string result = line.substr(equals + 3);
  call.result = std::strtol(result.c_str(), nullptr, 0);
  if (call.name.find("clone") == 0 || call.name.find("fork") != std::string::npos) {
    const size_t seen = result.find("/* ");  // "= 2 /* 709 in strace's PID NS */"
    call.child = static_cast<pid_t>(
        seen == std::string::npos ? call.result : std::atol(result.c_str() + seen + 3));
  }
  if (call.result == -1) call.errno_name = result.substr(3, result.find(' ', 3) - 3);
  return call;
}

std::vector<Call> read_record(const fs::path& path) {
  std::vector<Call> calls;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("+++", 0) != 0 && line.rfind("---", 0) != 0) calls.push_back(parse_line(line));
  }
  return calls;
}

/// Leaves the calls of our program's own life: from its execve on (in its first process), up to the
/// execve of the user's.
void cut(std::vector<Call>& calls, const std::string& step) {
  const auto begin = std::find_if(calls.begin(), calls.end(), [&](const Call& call) {
    return executes(call) && call.errno_name.empty() && has(call.text, "(\"" + step + "\", ");
  });
  if (begin != calls.end()) calls.erase(calls.begin(), begin + 1);
  const auto end = std::find_if(calls.begin(), calls.end(), [](const Call& call) {
    return executes(call) && call.errno_name.empty();
  });
  if (end != calls.end()) calls.erase(end + 1, calls.end());
}

/// The files that strace wrote for `prefix`, and whose they are.
std::map<pid_t, fs::path> record_files(const std::string& prefix) {
  std::map<pid_t, fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(prefix).parent_path())) {
    const std::string path = entry.path();
    if (path.rfind(prefix + ".", 0) == 0) {
      files[std::atoi(path.c_str() + prefix.size() + 1)] = entry.path();
    }
  }
  return files;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Adds the step's process `pid` and those that it made itself. What the user's program, or the
/// small PID 1 of --init, makes later is no part of the step's story.
void read_family(const std::map<pid_t, fs::path>& files, pid_t pid, const std::string& step,
                 Processes& processes) {
  const auto file = files.find(pid);
  if (file == files.end()) return;  // it was sent away before it did anything
  std::vector<Call> calls = read_record(file->second);
  if (is_keeper(calls)) return;
  cut(calls, step);
  for (const Call& call : calls) {
    if (call.child > 0) read_family(files, call.child, step, processes);
  }
  calls.erase(std::remove_if(calls.begin(), calls.end(), is_silent), calls.end());
  processes[pid] = std::move(calls);
}

}  // namespace

std::vector<std::string> strace(const std::string& prefix) {
  return {"/usr/bin/env", "strace", "-ff",  "-y", "-q",          "-I", "2",   "-s",
          "9999",         "-o",     prefix, "-e", "signal=none", "-e", kCalls};
}

Processes recorded(const std::string& prefix, const std::string& step) {
  const auto files = record_files(prefix);
  Processes processes;
  for (const auto& [pid, path] : files) {
    if (has(text_of(path), "(\"" + step + "\", ")) read_family(files, pid, step, processes);
  }
  return processes;
}

std::optional<int> exit_status(const std::string& prefix, const std::string& step) {
  for (const auto& [pid, path] : record_files(prefix)) {
    const std::string text = text_of(path);
    const size_t end = text.find("+++ exited with ");
    if (!has(text, "(\"" + step + "\", ") || end == std::string::npos) continue;
    return std::atoi(text.c_str() + end + std::string("+++ exited with ").size());
  }
  return std::nullopt;
}

Processes told(const std::string& json_lines, std::string& rest) {
  Processes processes;
  std::istringstream lines(json_lines);
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) {
      rest += line + "\n";
      continue;
    }
    if (!json.contains("call")) continue;  // what a call changed
    std::vector<Call>& calls = processes[json.at("pid").get<pid_t>()];
    Call call{json.at("call"), json.at("text"), "", json.at("result").get<long>()};
    if (!json.at("errno").is_null()) call.errno_name = json.at("errno");
    // An execve is told before it is made, as a success: if it fails, it is told again.
    if (executes(call) && !call.errno_name.empty() && !calls.empty() &&
        calls.back().text == call.text) {
      calls.pop_back();
    }
    calls.push_back(std::move(call));
  }
  return processes;
}

}  // namespace lockstep::narration
