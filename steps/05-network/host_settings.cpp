#include "05-network/host_settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "common/images/empty_folder.hpp"
#include "common/os/call.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

constexpr const char* kNotes = ".host-settings";
constexpr const char* kForward4 = "net.ipv4.ip_forward";
constexpr const char* kForward6 = "net.ipv6.conf.all.forwarding";
constexpr const char* kAcceptRa = ".accept_ra";

/// A dot separates folders and a slash stands for a dot, as in sysctl(8).
std::string path_of(const std::string& name) {
  std::string path = "/proc/sys/";
  for (const char c : name) path += c == '.' ? '/' : c == '/' ? '.' : c;
  return path;
}

std::string first_line(const std::string& path) {
  const std::string text = proc::read_if_there(path).value_or("");
  return text.substr(0, text.find('\n'));
}

using Notes = std::map<std::string, std::string>;

/// A line each, "NAME BEFORE"; the first is the boot's ID.
Notes read_notes(const Fd& folder) {
  Notes notes;
  const Fd file(::openat(folder.get(), kNotes, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file && errno != ENOENT) throw SysError(errno, "open(networks/.host-settings)");
  if (!file) return notes;
  const auto lines = split(read_all(file, kNotes), '\n');
  if (lines.empty() || lines[0] != first_line("/proc/sys/kernel/random/boot_id")) return notes;
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto words = fields(lines[i]);
    if (words.size() == 2) notes[words[0]] = words[1];
  }
  return notes;
}

void write_notes(const Fd& folder, const Notes& notes) {
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

/// "net.ipv4.conf.", where each interface has settings of its own, for either of the two.
std::string interfaces_of(const std::string& forward) {
  return forward == kForward4 ? "net.ipv4.conf." : "net.ipv6.conf.";
}

/// What the kernel sets, too, when it is told to forward or not to, and would not set back: that
/// this machine believes redirects (a tightened one doesn't), and what an interface was told alone.
/// And what it drops: where accept_ra is 1, a router doesn't believe other routers' advertisements
/// any more, and forgets the routes that it has by them.
/// See: ip_forward, accept_ra in the kernel's ip-sysctl
Notes changed_along(const std::string& forward) {
  const std::string prefix = interfaces_of(forward);
  const std::string redirects = prefix + "all.accept_redirects";
  Notes notes;
  if (forward == kForward4 && first_line(path_of(redirects)) == "0") notes.emplace(redirects, "0");
  const std::string folder = path_of(prefix);
  for (std::string link : images::names_in(sys::open(folder, O_RDONLY | O_DIRECTORY))) {
    const bool forwards = first_line(folder + link + "/forwarding") == "1";
    const bool listens = first_line(folder + link + "/accept_ra") == "1";
    // What all links are given, later ones, too, stays: a bridge whose containers are not to be
    // believed may be among them.
    const bool is_link = link != "all" && link != "default";
    std::replace(link.begin(), link.end(), '.', '/');
    if (forwards) notes.emplace(prefix + link + ".forwarding", "1");
    if (listens && !forwards && is_link) notes.emplace(prefix + link + kAcceptRa, "1");
  }
  return notes;
}

/// As it was before `forward` was changed; what is restored leaves the notes.
void restore(const std::string& forward, Notes& notes) {
  const Why why = "the last one who needed it has gone";
  if (first_line(path_of(forward)) == "1") set_sysctl(forward, notes.at(forward), why);
  notes.erase(forward);
  std::erase_if(notes, [&](const auto& note) {
    const auto& [name, before] = note;
    if (!name.starts_with(interfaces_of(forward)) || name == kForward6) return false;
    const std::string now = first_line(path_of(name));  // empty: interfaces come and go
    const bool is_ours = !now.empty() && (!name.ends_with(kAcceptRa) || now == "2");
    if (is_ours) set_sysctl(name, before, why);
    return true;
  });
}

/// Before this machine forwards: what it learned from a router's advertisements stays.
void keep_advertised_routes(const std::string& forward, const Notes& notes) {
  for (const auto& [name, before] : notes) {
    if (!name.starts_with(interfaces_of(forward)) || !name.ends_with(kAcceptRa)) continue;
    if (first_line(path_of(name)) == before)
      set_sysctl(name, "2",
                 "it forwards, and yet believes the router from which it has its routes");
  }
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

void forbid_forwarding() {
  for (const char* const name : {kForward4, kForward6})
    if (!first_line(path_of(name)).empty())
      set_sysctl(name, "0", "bridges here connect neighbours, and nobody filters between them");
}

void adjust_host_settings(const Networks& networks) {
  const auto noted = read_notes(networks.folder());
  auto notes = noted;
  for (const auto& [name, needed] : {std::pair(kForward4, is_needed(networks, false)),
                                     std::pair(kForward6, is_needed(networks, true))}) {
    const std::string now = first_line(path_of(name));
    if (needed && now != "1") {
      notes.emplace(name, now);
      notes.merge(changed_along(name));
      write_notes(networks.folder(), notes);
      keep_advertised_routes(name, notes);
      set_sysctl(name, "1", "this machine becomes a router between the bridge and its own links");
    } else if (!needed && notes.count(name) != 0) {
      restore(name, notes);
    }
  }
  if (notes != noted || notes.empty()) write_notes(networks.folder(), notes);
}

}  // namespace lockstep::net
