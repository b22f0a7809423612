#include "08-capabilities/sysctls.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "02-pid/ipc.hpp"
#include "06-user/maps.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::caps {
namespace {

/// A setting, or all that begin with it ("net."), and the kind of namespace that has it.
struct Scope {
  const char* name;
  const char* kind;
};
constexpr std::array kScopes = {Scope{"net.", "network"},
                                Scope{"fs.mqueue.", "ipc"},
                                Scope{"kernel.auto_msgmni", "ipc"},
                                Scope{"kernel.msgmax", "ipc"},
                                Scope{"kernel.msgmnb", "ipc"},
                                Scope{"kernel.msgmni", "ipc"},
                                Scope{"kernel.msg_next_id", "ipc"},
                                Scope{"kernel.sem", "ipc"},
                                Scope{"kernel.sem_next_id", "ipc"},
                                Scope{"kernel.shmall", "ipc"},
                                Scope{"kernel.shmmax", "ipc"},
                                Scope{"kernel.shmmni", "ipc"},
                                Scope{"kernel.shm_next_id", "ipc"},
                                Scope{"kernel.shm_rmid_forced", "ipc"},
                                Scope{"user.", "user"}};

/// As sysctl(8) has it: where the first separator is a '/', they all are, and a '.' is a part of a name
/// (net/ipv4/conf/eth0.100/forwarding).
std::string path_of(const std::string& key) {
  const size_t first = key.find_first_of("./");
  std::string path = key;
  const bool dots = first != std::string::npos && key[first] == '.';
  for (char& c : path) {
    if (!dots) break;
    if (c == '.')
      c = '/';
    else if (c == '/')
      c = '.';
  }
  return path;
}

std::string dotted(const std::string& path) {
  std::string name = path;
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

Error refusal(const std::string& key, const std::string& why, const std::string& hint) {
  return Error(fmt::format("sysctl {} (--sysctl, linux.sysctl): {}", quoted(key), why), hint);
}

void check_name(const std::string& key) {
  const auto parts = split(path_of(key), '/');
  const bool fits =
      parts.size() > 1 && std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
        return part.empty() || part == "." || part == "..";
      });
  if (!fits) throw refusal(key, "is no setting's name", "such as net.ipv4.ip_forward");
}

const Scope* scope_of(const std::string& name) {
  const auto* const found = std::find_if(kScopes.begin(), kScopes.end(), [&](const Scope& scope) {
    const std::string_view of = scope.name;
    return of.back() == '.' ? name.starts_with(of) : name == of;
  });
  return found == kScopes.end() ? nullptr : found;
}

/// A namespace that is given by its path may be the host's all the same.
bool is_hosts(const oci::Namespace& item) {
  struct stat its {};
  struct stat ours {};
  return !item.path.empty() && ::stat(item.path.c_str(), &its) == 0 &&
         ::stat("/proc/self/ns/net", &ours) == 0 && its.st_ino == ours.st_ino &&
         its.st_dev == ours.st_dev;
}

bool owns(const oci::Config& config, const std::string& kind) {
  if (kind == "ipc") return ipc::new_namespace(config) != 0;
  if (kind == "user") return usr::has_own_users(config);
  const auto& all = config.linux.namespaces;
  return std::any_of(all.begin(), all.end(), [&](const oci::Namespace& item) {
    return item.type == kind && !is_hosts(item);
  });
}

void check_scope(const oci::Config& config, const std::string& key) {
  const Scope* const scope = scope_of(dotted(path_of(key)));
  if (scope == nullptr)
    throw refusal(
        key, "is a setting of the whole machine's: no namespace has one of its own",
        "set it on the host, as root: `sysctl -w NAME=VALUE`; a container can have its own "
        "net.…, fs.mqueue.…, user.…, and System V IPC's kernel.msg…, sem, shm…");
  const std::string kind = scope->kind;
  if (!owns(config, kind))
    throw refusal(
        key,
        fmt::format("belongs to {} namespace, and the container has none of its own",
                    kind == "ipc" ? "an ipc" : "a " + kind),
        "give it one (--network none or a network's name, --ipc private, --userns private; "
        "in a bundle, linux.namespaces), or set it for whoever owns that");
}

/// Whether the setting is the host's or domain's name, which then is `field`.
bool is_name(const std::string& key, const char* name, const std::string& value,
             std::string& field) {
  if (dotted(path_of(key)) != name) return false;
  if (!oci::is_name_of_host(value))
    throw refusal(key, fmt::format("{} is no name", quoted(value)),
                  "at most 64 bytes, none of them a space or a control character");
  if (!field.empty() && field != value)
    throw refusal(key, fmt::format("it is to be {}, and {}", quoted(value), quoted(field)),
                  "--hostname and --domainname say it already (in a bundle: hostname, domainname)");
  field = value;
  return true;
}

std::string write_hint(const std::string& key, int code) {
  switch (code) {
    case ENOENT:
      return "this kernel has no such setting; in a network namespace of one's own many of "
             "net.core "
             "are missing, and a module that isn't loaded has none";
    case EACCES:
    case EPERM:
      return "the kernel leaves it to the host's root" +
             std::string(key.starts_with("kernel") || key.starts_with("fs")
                             ? " (before 5.19, all of System V IPC's): --userns host, as root"
                             : ": --userns host, as root");
    case EINVAL:
    case ERANGE:
      return "the kernel doesn't take this value: see Documentation/admin-guide/sysctl, "
             "Documentation/networking/ip-sysctl.rst";
    case EROFS:
      return "/proc/sys is read-only around this process: it runs in a container itself";
    default:
      return "";
  }
}

void write(const std::string& key, const std::string& value) {
  const std::string path = "/proc/sys/" + path_of(key);
  try {
    const Fd file = sys::open(path, O_WRONLY);
    sys::write_value(file, path, value, "a setting of its namespace's, and of no other's");
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim{}, error.code(),
                   fmt::format("sysctl {}: {}", quoted(key), error.what()),
                   write_hint(key, error.code()), error.failure());
  }
}

}  // namespace

void check_sysctls(oci::Config& config) {
  auto& all = config.linux.sysctl;
  for (auto item = all.begin(); item != all.end();) {
    const auto& [key, value] = *item;
    check_name(key);
    const bool name = is_name(key, "kernel.hostname", value, config.hostname) ||
                      is_name(key, "kernel.domainname", value, config.domainname);
    if (!name) check_scope(config, key);
    item = name ? all.erase(item) : std::next(item);
  }
}

void set_sysctls(const oci::Config& config) {
  for (const auto& [key, value] : config.linux.sysctl) write(key, value);
}

}  // namespace lockstep::caps
