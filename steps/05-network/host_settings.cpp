#include "05-network/host_settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "common/os/call.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

constexpr const char* kNotes = ".host-settings";
constexpr const char* kForward4 = "net.ipv4.ip_forward";
constexpr const char* kForward6 = "net.ipv6.conf.all.forwarding";

/// A dot separates folders and a slash stands for a dot, as in sysctl(8).
std::string path_of(const std::string& name) {
  std::string path = "/proc/sys/";
  for (const char c : name) path += c == '.' ? '/' : c == '/' ? '.' : c;
  return path;
}

std::string first_line(const std::string& path) {
  const std::string text = proc::read_file(path).value_or("");
  return text.substr(0, text.find('\n'));
}

/// A line each, "NAME BEFORE"; the first is the boot's ID.
std::map<std::string, std::string> read_notes(const Fd& folder) {
  std::map<std::string, std::string> notes;
  const Fd file(::openat(folder.get(), kNotes, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return notes;
  const auto lines = split(read_all(file, kNotes), '\n');
  if (lines.empty() || lines[0] != first_line("/proc/sys/kernel/random/boot_id")) return notes;
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto words = fields(lines[i]);
    if (words.size() == 2) notes[words[0]] = words[1];
  }
  return notes;
}

void write_notes(const Fd& folder, const std::map<std::string, std::string>& notes) {
  if (notes.empty()) {
    if (::unlinkat(folder.get(), kNotes, 0) != 0 && errno != ENOENT)
      throw SysError(errno, "unlink(networks/.host-settings)");
    return;
  }
  std::string text = first_line("/proc/sys/kernel/random/boot_id") + "\n";
  for (const auto& [name, before] : notes) text += fmt::format("{} {}\n", name, before);
  sys::replace_file(folder, kNotes, text, 0644);
}

bool is_needed(const Networks& networks, bool v6) {
  return std::any_of(networks.all.begin(), networks.all.end(), [&](const Network& network) {
    const bool has = std::any_of(network.subnets.begin(), network.subnets.end(),
                                 [&](const Subnet& subnet) { return subnet.base.v6 == v6; });
    return has && !network.internal && !network.members.empty();
  });
}

}  // namespace

void set_sysctl(const std::string& name, const std::string& value, Why why) {
  const std::string path = path_of(name);
  if (first_line(path) == value) return;
  const Fd file = sys::open(path, O_WRONLY);
  call(
      why, [&] { return fmt::format("write({}, {})", quoted(path), quoted(value)); },
      [&] { return ::write(file.get(), value.data(), value.size()); },
      [](int code) { return code == EROFS ? "/proc/sys is read-only here" : ""; });
}

void adjust_host_settings(const Networks& networks) {
  const auto noted = read_notes(networks.folder());
  auto notes = noted;
  for (const auto& [name, needed] : {std::pair(kForward4, is_needed(networks, false)),
                                     std::pair(kForward6, is_needed(networks, true))}) {
    const std::string now = first_line(path_of(name));
    if (needed && now != "1") {
      notes.emplace(name, now);
      write_notes(networks.folder(), notes);
      set_sysctl(name, "1", "this machine becomes a router between the bridge and its own links");
    } else if (!needed && notes.count(name) != 0) {
      if (now == "1") set_sysctl(name, notes.at(name), "the last one who needed it has gone");
      notes.erase(name);
    }
  }
  if (notes != noted || notes.empty()) write_notes(networks.folder(), notes);
}

}  // namespace lockstep::net
