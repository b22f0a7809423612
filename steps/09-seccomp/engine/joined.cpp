#include "09-seccomp/engine/joined.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "04-overlay/bundle.hpp"
#include "05-network/join.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"
#include "common/users/id_map.hpp"

namespace lockstep::engine {
namespace {

struct Kind {
  const char* type;  // as the runtime-spec calls it
  const char* name;  // in /proc/PID/ns
  uint64_t flag;
};
constexpr std::array kKinds = {
    Kind{"ipc", "ipc", CLONE_NEWIPC},          Kind{"uts", "uts", CLONE_NEWUTS},
    Kind{"network", "net", CLONE_NEWNET},      Kind{"pid", "pid", CLONE_NEWPID},
    Kind{"cgroup", "cgroup", CLONE_NEWCGROUP}, Kind{"time", "time", CLONE_NEWTIME},
    Kind{"user", "user", CLONE_NEWUSER},       Kind{"mount", "mnt", CLONE_NEWNS},
};

template <class Is>
const Kind* find(Is is) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(), is);
  return found == kKinds.end() ? nullptr : found;
}

const Kind& kind_of(const std::string& type) {
  return *find([&](const Kind& kind) { return kind.type == type; });
}

/// What setns(2) would say as EINVAL, whatever the cause.
void check_type(const Fd& file, const Kind& wanted, const std::string& place,
                const std::string& path) {
  const int type = ::ioctl(file.get(), NS_GET_NSTYPE);
  if (type == static_cast<int>(wanted.flag)) return;
  const Kind* const other =
      type < 0 ? nullptr
               : find([&](const Kind& kind) { return static_cast<int>(kind.flag) == type; });
  throw Error(fmt::format("{}: {} is {}, not one of type {}", place, quoted(path),
                          other == nullptr ? "no namespace"
                                           : fmt::format("a namespace of type {}", other->type),
                          wanted.type),
              fmt::format("a namespace is a file such as /proc/PID/ns/{}", wanted.name));
}

bool is_same(const Fd& file, const char* own) {
  struct stat one {};
  struct stat other {};
  return ::fstat(file.get(), &one) == 0 && ::stat(own, &other) == 0 && one.st_ino == other.st_ino &&
         one.st_dev == other.st_dev;
}

/// Those that net::join would take this very process to, from where it could not do the host's part.
bool needs_the_hosts_network(const oci::Config& config) {
  return !config.hooks.empty() || !config.linux.net_devices.empty();
}

}  // namespace

void JoinedNamespaces::open(const oci::Namespace& item, const std::string& place) {
  const Kind& kind = kind_of(item.type);
  // Neither elsewhere nor, should it be a pipe, without end.
  const auto file = sys::open_if_there(item.path, O_RDONLY | O_NONBLOCK);
  if (!file) throw SysError(ENOENT, fmt::format("{}: {}", place, quoted(item.path)));
  check_type(*file, kind, place, item.path);
  if (is_same(*file, fmt::format("/proc/self/ns/{}", kind.name).c_str())) {
    own_ |= kind.flag;
    return;
  }
  joined_.push_back({place, item.path, kind.flag, file->duplicate()});
}

void JoinedNamespaces::open() {
  auto& all = config_.linux.namespaces;
  const bool others = std::any_of(all.begin(), all.end(), [](const oci::Namespace& item) {
    return !item.path.empty() && item.type != "network";
  });
  if (!others && !needs_the_hosts_network(config_)) return;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!all[i].path.empty()) open(all[i], fmt::format("linux.namespaces[{}].path", i));
  }
  config_.annotations[net::kJoinedAnnotation] = "true";
  // If the one named is this process's, there are no users of its own.
  std::erase_if(all, [&](const oci::Namespace& item) {
    return item.type == "user" && (own_ & CLONE_NEWUSER) != 0;
  });
  for (const Joined& one : joined_) {
    if (one.flag == CLONE_NEWUSER) take_maps(one.file);
  }
}

/// The kernel shows a map by way of a process in the namespace.
void JoinedNamespaces::take_maps(const Fd& users) {
  Pipe end = Pipe::make();  // its reader ends when this process does, at the latest
  Pipe there = Pipe::make();
  const Child visitor = Child::clone(0, [&] {
    end.write_end.reset();
    there.read_end.reset();
    sys::join_namespace(users, CLONE_NEWUSER, "to be looked at: whose ids are whose in there");
    there.write_end.reset();
    char nothing = 0;
    (void)!::read(end.read_end.get(), &nothing, 1);
  });
  there.write_end.reset();
  char nothing = 0;
  (void)!::read(there.read_end.get(), &nothing, 1);
  read_maps_of(visitor.pid());
}

void JoinedNamespaces::read_maps_of(pid_t container) {
  const auto& all = config_.linux.namespaces;
  const bool joins = std::any_of(all.begin(), all.end(), [](const oci::Namespace& item) {
    return item.type == "user" && !item.path.empty();
  });
  if (!joins) return;
  oci::Linux& linux = config_.linux;
  linux.uid_mappings = users::read_map(fmt::format("/proc/{}/uid_map", container));
  linux.gid_mappings = users::read_map(fmt::format("/proc/{}/gid_map", container));
  if (users::outside(linux.uid_mappings, 0) && users::outside(linux.gid_mappings, 0)) return;
  throw Error("linux.namespaces: the user namespace to be joined has no id 0",
              "the container is made by its root: join one that maps 0 to an id of the host's");
}

uint64_t JoinedNamespaces::but_for_shared(uint64_t namespaces) const {
  namespaces &= ~own_;
  for (const Joined& one : joined_) namespaces &= ~one.flag;
  for (const std::string& type : split(oci::annotation(config_, bundle::kSharedAnnotation), ',')) {
    if (!type.empty()) namespaces &= ~kind_of(type).flag;
  }
  return namespaces;
}

namespace {

constexpr const char* kWhy = "it is there already, and shared with others";

}  // namespace

bool JoinedNamespaces::try_to_enter(const Joined& one) const {
  try {
    sys::join_namespace(one.file, one.flag, kWhy);
  } catch (const SysError& error) {
    if (error.code() != EPERM) throw;
    return false;
  }
  return true;
}

void JoinedNamespaces::enter() const {
  std::vector<const Joined*> later;
  const Joined* users = nullptr;
  for (const Joined& one : joined_) {
    if (one.flag == CLONE_NEWUSER) {
      users = &one;
    } else if (!try_to_enter(one)) {
      later.push_back(&one);
    }
  }
  if (users != nullptr) later.insert(later.begin(), users);
  for (const Joined* const one : later) {
    try {
      sys::join_namespace(one->file, one->flag, kWhy);
    } catch (const SysError& error) {
      throw SysError(
          SysError::Verbatim{}, error.code(),
          fmt::format("{} {}: {}", one->place, quoted(one->path), error.what()),
          error.code() == EPERM
              ? "it takes CAP_SYS_ADMIN over the namespace: run as root, or join the user "
                "namespace that owns it, too"
              : error.hint(),
          error.failure());
    }
  }
}

}  // namespace lockstep::engine
