#include "common/os/proc.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/processes.hpp"
#include "common/os/read_folder.hpp"
#include "common/os/text.hpp"

namespace lockstep::proc {
namespace {

std::string proc_path(pid_t pid, const std::string& file) {
  return pid == 0 ? "/proc/self/" + file : fmt::format("/proc/{}/{}", pid, file);
}

/// No text, which says something of the file; unless the machine had no way to read it, which says nothing.
std::nullopt_t unread(const std::string& path) {
  const int code = errno;
  for (const int machines : {ENOMEM, EIO, ENOSPC, EMFILE, ENFILE}) {
    if (code == machines) throw SysError(code, fmt::format("read({})", quoted(path)));
  }
  return std::nullopt;
}

/// mountinfo writes space, tab, newline and backslash as \040 and so on.
std::string unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unread(path);
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t done = ::read(file.get(), buffer.data(), buffer.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return unread(path);  // ESRCH: it ended between open and read
    if (done == 0) return text;
    text.append(buffer.data(), static_cast<size_t>(done));
  }
}

std::optional<std::string> read_if_there(const std::string& path) {
  auto text = read_file(path);
  if (text || errno == ENOENT || errno == ENOTDIR) return text;
  throw SysError(errno, fmt::format("read({})", quoted(path)));
}

std::optional<Stat> stat(pid_t pid) {
  const std::string path = proc_path(pid, "stat");
  const auto text = read_file(path);
  if (!text && (errno == ENOENT || errno == ESRCH)) return std::nullopt;
  if (!text) throw SysError(errno, fmt::format("read({})", quoted(path)));
  // "PID (COMMAND) STATE PARENT …": the command may hold spaces and parentheses; the last ')' ends
  // it.
  const size_t open = text->find('(');
  const size_t close = text->rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  Stat stat;
  stat.command = text->substr(open + 1, close - open - 1);
  const char* at = text->data() + close + 2;
  const char* const end = text->data() + text->size();
  stat.state = *at;
  std::from_chars(at + 2, end, stat.parent);
  constexpr int kFieldsToStartTime = 19;  // from field 3 (state) to field 22 (starttime)
  for (int field = 0; field < kFieldsToStartTime; ++field) at = std::find(at, end, ' ') + 1;
  std::from_chars(at, end, stat.start_time);
  return stat;
}

std::optional<uint64_t> start_time(pid_t pid) {
  const auto found = stat(pid);
  return found ? std::optional(found->start_time) : std::nullopt;
}

std::optional<Fd> open_living(pid_t pid, uint64_t start_time) {
  if (pid <= 0) return std::nullopt;
  auto pidfd = sys::open_pid(pid);
  // Looked at after the pidfd was opened: if the times agree, the descriptor means that very
  // process.
  const auto now = stat(pid);
  if (!now || now->start_time != start_time || now->state == 'Z') return std::nullopt;
  return pidfd;
}

std::string namespace_of(pid_t pid, const std::string& kind) {
  std::array<char, 64> target{};
  const ssize_t length =
      ::readlink(proc_path(pid, "ns/" + kind).c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<size_t>(length));
}

std::vector<pid_t> all() {
  std::vector<pid_t> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  if (!folder) throw SysError(errno, "opendir(\"/proc\")", "is /proc mounted?");
  while (const dirent* entry = sys::next_entry(folder.get(), "/proc")) {
    pid_t pid = 0;
    const std::string_view name = entry->d_name;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec == std::errc()) {
      pids.push_back(pid);
    }
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<Mount> mounts(const std::string& path, std::string_view kind) {
  std::vector<Mount> found;
  const std::string sought = fmt::format(" - {}", kind);
  const auto text = read_if_there(path);
  for (const std::string& line : split(text.value_or(""), '\n')) {
    if (line.find(sought) == std::string::npos) continue;
    // ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [PROPAGATION…] - TYPE SOURCE SUPER-OPTIONS
    const auto words = fields(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (dash - words.begin() < 6 || words.end() - dash < 3) continue;
    Mount mount;
    mount.id = std::stoi(words[0]);
    mount.parent = std::stoi(words[1]);
    mount.device = words[2];
    mount.root = unescape(words[3]);
    mount.target = unescape(words[4]);
    mount.options = words[5];
    for (auto word = words.begin() + 6; word != dash; ++word) {
      mount.propagation += (mount.propagation.empty() ? "" : " ") + *word;
    }
    mount.type = *(dash + 1);
    mount.source = *(dash + 2);
    if (words.end() - dash > 3) mount.super_options = *(dash + 3);
    found.push_back(std::move(mount));
  }
  return found;
}

std::optional<Mount> mount_of(const std::string& path) {
  std::optional<Mount> best;
  for (Mount& mount : mounts()) {
    const std::string prefix = mount.target == "/" ? "/" : mount.target + "/";
    const bool holds = path == mount.target || path.rfind(prefix, 0) == 0;
    if (holds && (!best || mount.target.size() >= best->target.size())) best = std::move(mount);
  }
  return best;
}

}  // namespace lockstep::proc
