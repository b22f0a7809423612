#include "05-network/etc_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "03-mount/bind.hpp"
#include "05-network/hosts.hpp"
#include "05-network/resolv_conf.hpp"
#include "05-network/state_file.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"
#include "common/users/id_map.hpp"

namespace lockstep::net {
namespace {

constexpr const char* kWhy =
    "a file that tells of this machine and its network: ours, over the "
    "rootfs's own";

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) throw SysError(errno, "gethostname()");
  return name.data();
}

mnt::MountOptions read_only() {
  mnt::MountOptions options;
  options.bind = true;
  options.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  // Or what the container mounts over it would appear over ours, on the host.
  options.propagation = {MS_PRIVATE};
  return options;
}

/// Whether the config mounts something there itself: on that very file. What lies over all of /etc,
/// such as an image's volume, knows nothing of this machine.
bool is_mounted(const oci::Config& config, const std::string& target) {
  return std::any_of(config.mounts.begin(), config.mounts.end(),
                     [&](const oci::Mount& mount) { return mount.destination == target; });
}

/// The file, or the link, that the rootfs has there; made if it has none. Nothing if it can't be: in
/// a volume or on a file system where this may not write, which is said, or where /etc is no folder,
/// so that nobody could find them.
std::optional<Fd> open_or_make(const Beneath& root, const std::string& target) {
  try {
    auto there = root.open_link_itself(target, O_PATH);
    return there ? std::move(there) : root.make_file(target);
  } catch (const SysError& error) {
    if (error.code() == ENOTDIR || error.code() == ELOOP) return std::nullopt;
    if (error.code() != EROFS && error.code() != EACCES && error.code() != EPERM) throw;
    narrate::say(
        fmt::format("({}: left out, for there is none, and none can be made: {})", target,
                    error.code() == EROFS ? "it is read-only there" : "permission denied"));
    return std::nullopt;
  }
}

/// A file of the container whose network it shares.
std::optional<std::string> of_the_other(const Wanted& wanted, const char* name) {
  if (wanted.mode != Mode::kContainer) return std::nullopt;
  return read_state_file(pid::state_folder(wanted.target) + "/" + kEtcFolder, name);
}

/// Whether a line of /etc/hosts has that name.
bool has_name(const std::string& hosts, const std::string& name) {
  for (const std::string& line : split(hosts, '\n')) {
    const auto words = fields(line.substr(0, line.find('#')));
    if (std::find(words.begin(), words.end(), name) != words.end()) return true;
  }
  return false;
}

/// The lines of /etc/hosts that don't change as networks do.
std::string fixed_hosts(const Wanted& wanted, const std::string& name) {
  std::string out = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  if (wanted.mode == Mode::kHost) out = proc::read_if_there("/etc/hosts").value_or(out);
  if (const auto other = of_the_other(wanted, kHostsFile)) out = *other;
  // In a network the name has an address there (hosts.cpp).
  if (wanted.mode != Mode::kNetworks && !has_name(out, name)) out += "127.0.1.1\t" + name + "\n";
  for (const HostName& host : wanted.hosts)
    out += fmt::format("{}\t{}\n", host.ip.words(), host.name);
  return out;
}

/// To be handed to the child, who may have no way there. None if this process is root in a user
/// namespace alone, and may not copy the mounts that it sees.
Fd read_only_copy(const std::string& source) {
  try {
    Fd tree = sys::clone_tree(source, false, "a mount of our file, to be handed to the child");
    mnt::set_attributes({tree, source}, read_only(), "it is ours, and is to be read");
    return tree;
  } catch (const SysError& error) {
    if (error.code() == EPERM) return {};
    throw;
  }
}

/// Else they would be nobody's in there (lesson 06). Without root they are the caller's, who is the
/// container's root.
void give_to_its_root(const Fd& file, const std::string& path, const oci::Linux& linux) {
  const auto uid = users::outside(linux.uid_mappings, 0);
  const auto gid = users::outside(linux.gid_mappings, 0);
  if (caller_uid() != 0 || !has_root_powers() || !uid || !gid) return;
  if (::fchown(file.get(), *uid, *gid) != 0)
    throw SysError(errno, fmt::format("fchown({}, {}, {})", quoted(path), *uid, *gid));
}

/// Also where somebody mounted something over it on the host, which would keep it from going.
void remove_file(const std::string& path) {
  while (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    if (errno != EBUSY) throw SysError(errno, fmt::format("unlink({})", quoted(path)));
    sys::unmount(path, MNT_DETACH | UMOUNT_NOFOLLOW, "a mount that isn't ours lies over our file");
  }
}

}  // namespace

void EtcFiles::add(const std::string& name, const std::string& text, const oci::Linux& linux) {
  const Fd folder = sys::open(folder_, O_PATH | O_DIRECTORY);
  const std::string source = folder_ + "/" + name;
  sys::make_empty_file(folder, name, 0644);
  const Fd file = sys::open(source, O_WRONLY | O_TRUNC | O_NOFOLLOW);
  write_all(file, text, source);
  if (name == kOwnHostsFile) return;
  give_to_its_root(file, source, linux);
  File made{"/etc/" + name, source, {}, {}};
  if (caller_uid() == 0 && sys::has_mount_api()) made.tree = read_only_copy(source);
  files_.push_back(std::move(made));
}

void EtcFiles::prepare(const oci::Config& config, const Wanted& wanted, const Joiner& joiner,
                       Undo& undo) {
  if (wanted.mode == Mode::kBundle || config.root.path.empty()) return;
  folder_ = joiner.state + "/" + kEtcFolder;
  undo.note({"etc-files", {{"folder", folder_}}});
  sys::make_directory(folder_, 0755, "the container's own /etc/hosts and its kin");
  const std::string name = config.hostname.empty() ? host_name() : config.hostname;
  const std::string hosts = fixed_hosts(wanted, name);
  add(kOwnHostsFile, hosts, config.linux);
  add(kHostsFile, hosts, config.linux);
  add(kHostNameFile, name + "\n", config.linux);
  add("resolv.conf", of_the_other(wanted, "resolv.conf").value_or(resolv_conf(wanted)),
      config.linux);
  if (const auto localtime = proc::read_if_there("/etc/localtime"))
    add("localtime", *localtime, config.linux);
}

void EtcFiles::open() {
  for (File& file : files_) {
    if (!file.tree) file.opened = sys::open(file.source, O_PATH | O_NOFOLLOW);
  }
}

void EtcFiles::mount(const oci::Config& config) {
  const Beneath root = Beneath::open_root(config.root.path);
  for (const File& file : files_) {
    if (is_mounted(config, file.target)) continue;
    const auto target = open_or_make(root, file.target);
    if (!target) continue;
    if (file.tree) {
      sys::attach(file.tree, sys::Place{*target, file.target}, kWhy);
    } else {
      mnt::bind(file.opened.path(), root, {*target, file.target}, read_only(), kWhy);
    }
  }
  files_.clear();
}

void remove_etc_files(const pid::Record&, const Note& note) {
  if (!note.what.contains("folder")) return;  // its state is gone, and the folder was in there
  const std::string& folder = note.what.at("folder");
  for (const char* name : {kHostsFile, kOwnHostsFile, kHostNameFile, "resolv.conf", "localtime"})
    remove_file(folder + "/" + name);
  sys::remove_folder_of(folder, {});
}

}  // namespace lockstep::net
