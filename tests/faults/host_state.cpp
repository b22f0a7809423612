#include "tests/faults/host_state.hpp"

#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <regex>
#include <sstream>

#include "common/os/error.hpp"

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void add_lines(Lines& lines, const std::string& what, const std::string& text) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(fmt::format("{}: {}", what, line));
}

/// Of a peer group it matters that there is one; its number the kernel may change by itself.
void add_mounts(Lines& lines) {
  static const std::regex kGroup(" (shared|master|propagate_from):[0-9]+");
  add_lines(lines, "mount", std::regex_replace(content_of("/proc/self/mountinfo"), kGroup, " $1"));
}

std::string hashed(const fs::path& path, size_t size) {
  constexpr size_t kMuch =
      1 << 16;  // a layer's files: nobody writes them without changing their size
  if (size == 0 || size > kMuch) return "";
  return fmt::format(" {:x}", std::hash<std::string>{}(content_of(path)));
}

/// A folder that is gone meanwhile is no error.
void add_files(Lines& lines, const std::string& folder) {
  std::error_code gone;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator each(folder, options, gone), end; each != end && !gone;
       each.increment(gone)) {
    struct stat found {};
    const std::string path = each->path();
    if (::lstat(path.c_str(), &found) != 0) continue;
    const auto size = static_cast<size_t>(S_ISREG(found.st_mode) ? found.st_size : 0);
    const auto link = S_ISLNK(found.st_mode) ? fs::read_symlink(path, gone).string() : "";
    lines.push_back(fmt::format("file: {} {:o} {}:{} {} {}{}", path, found.st_mode, found.st_uid,
                                found.st_gid, size, link, hashed(path, size)));
  }
}

void add_cgroups(Lines& lines, const std::string& folder) {
  std::error_code gone;
  for (fs::recursive_directory_iterator each(folder, gone), end; each != end && !gone;
       each.increment(gone)) {
    if (each->is_directory(gone)) lines.push_back(fmt::format("cgroup: {}", each->path().string()));
  }
}

void add_output(Lines& lines, const std::string& what, const char* command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command, "r"), ::pclose);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
  add_lines(lines, what, text);
}

void add_network(Lines& lines) {
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> links(
      ::if_nameindex(), ::if_freenameindex);
  for (auto* link = links.get(); link != nullptr && link->if_name != nullptr; ++link) {
    lines.push_back(fmt::format("link: {}", link->if_name));
  }
  for (const char* table : {"route", "fib_trie", "if_inet6"}) {
    add_lines(lines, table, content_of(std::string("/proc/self/net/") + table));
  }
  for (const char* setting :
       {"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding",
        "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname"}) {
    add_lines(lines, setting, content_of(setting));
  }
  add_output(lines, "rule", "nft -s list ruleset 2> /dev/null");
}

/// All but this one: its name, parent, and whether it is a zombie.
void add_processes(Lines& lines) {
  for (const auto& each : fs::directory_iterator("/proc")) {
    const std::string pid = each.path().filename();
    if (!std::all_of(pid.begin(), pid.end(), ::isdigit) || pid == std::to_string(::getpid()))
      continue;
    const std::string stat = content_of(each.path() / "stat");
    const size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) continue;  // it has just ended
    std::istringstream rest(stat.substr(name_end + 1));
    char state = 0;
    int parent = 0;
    rest >> state >> parent;
    const char* zombie = state == 'Z' || state == 'X' ? " (zombie)" : "";
    lines.push_back(
        fmt::format("process: {} of {}{}", stat.substr(0, name_end + 1), parent, zombie));
  }
}

}  // namespace

std::vector<std::string> host_state(const Watched& watched) {
  Lines lines;
  add_mounts(lines);
  for (const char* kind : {"shm", "msg", "sem"}) {
    add_lines(lines, kind, content_of(std::string("/proc/sysvipc/") + kind));
  }
  for (const std::string& folder : watched.cgroups) add_cgroups(lines, folder);
  for (const std::string& folder : watched.folders) add_files(lines, folder);
  add_network(lines);
  add_processes(lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string difference(const Lines& before, const Lines& after) {
  Lines gone, come;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(gone));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(come));
  std::string text;
  constexpr size_t kMany = 12;
  for (size_t i = 0; i < gone.size() && i < kMany; ++i) text += fmt::format("    < {}\n", gone[i]);
  for (size_t i = 0; i < come.size() && i < kMany; ++i) text += fmt::format("    > {}\n", come[i]);
  return text;
}

}  // namespace lockstep::testing
