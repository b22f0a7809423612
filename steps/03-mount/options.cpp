#include "03-mount/options.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "02-pid/commands.hpp"
#include "03-mount/masks.hpp"
#include "03-mount/mounts.hpp"
#include "03-mount/propagation.hpp"
#include "03-mount/relay.hpp"
#include "03-mount/volumes.hpp"
#include "common/images/rootfs.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/files.hpp"

namespace lockstep::mnt {
namespace {

struct Given {
  std::vector<std::string> variables;
  std::vector<oci::Mount> mounts;
  std::string shm_size = "65536k";
};

std::string resolved(const std::string& path) {
  const auto real = sys::real_path(path);
  if (!real) {
    throw SysError(errno, fmt::format("--rootfs: realpath({})", quoted(path)),
                   "a rootfs is a folder with a container's files: `rootfs-fetch export busybox "
                   "DIR` makes one");
  }
  return *real;
}

std::string rootfs_folder(const std::string& folder_or_name) {
  std::string folder = resolved(images::find_rootfs(folder_or_name));
  if (const std::string hint = search_hint(folder + "/"); !hint.empty()) {
    throw SysError(EACCES, fmt::format("--rootfs: {}", quoted(folder)), hint);
  }
  if (folder == "/") {
    throw cli::UsageError("--rootfs: the host's own root can't be a container's",
                          "copy what is needed to a folder");
  }
  return folder;
}

/// Defaults first, then what was asked for in its order; a destination that is named again takes
/// the default's place.
std::vector<oci::Mount> all_mounts(const Given& given) {
  std::vector<oci::Mount> mounts = default_mounts();
  for (oci::Mount& mount : mounts) {
    if (mount.destination == "/dev/shm") mount.options.back() = "size=" + given.shm_size;
  }
  for (const oci::Mount& wanted : given.mounts) {
    const auto there = std::find_if(mounts.begin(), mounts.end(), [&](const oci::Mount& other) {
      return other.destination == wanted.destination;
    });
    if (there == mounts.end()) {
      mounts.push_back(wanted);
    } else {
      *there = wanted;
    }
  }
  return mounts;
}

bool name_home(const std::vector<std::string>& variables) {
  return std::any_of(variables.begin(), variables.end(), [](const std::string& text) {
    return text == "HOME" || text.rfind("HOME=", 0) == 0;
  });
}

/// Defaults, then an image's variables (from lesson 04 on: `process.env` has them), then those that
/// were asked for.
void fill_environment(oci::Process& process, const std::vector<std::string>& variables) {
  std::vector<std::string> of_the_image;
  of_the_image.swap(process.env);
  process.env = {oci::kDefaultPath, "HOME=/root"};
  if (process.terminal) process.env.emplace_back("TERM=xterm");
  for (const std::string& variable : of_the_image) pid::set_variable(process.env, variable);
  for (const std::string& text : variables) pid::set_variable(process.env, text);
  process.home_is_a_guess = !name_home(of_the_image) && !name_home(variables);
}

void fill_in(oci::Config& config, const Given& given) {
  if (config.root.path.empty()) {  // from lesson 04 on an image may have given one
    throw cli::UsageError(
        "--rootfs is missing",
        "--rootfs busybox is the embedded image; any folder with a container's files will do");
  }
  config.mounts = all_mounts(given);
  keep_wire_for_shared_volumes(config);
  config.linux.masked_paths = default_masked_paths();
  config.linux.readonly_paths = default_readonly_paths();
  if (config.process.cwd.empty()) config.process.cwd = "/";
  config.process.user.umask = 0022;
  fill_environment(config.process, given.variables);
}

void add_mount(Given& given, oci::Mount mount) {
  for (const oci::Mount& other : given.mounts) {
    if (other.destination != mount.destination) continue;
    throw cli::UsageError(fmt::format("{} is a mount point twice", quoted(mount.destination)));
  }
  given.mounts.push_back(std::move(mount));
}

void mount_options(cli::Options& options, const std::shared_ptr<Given>& given) {
  options.value("v,volume", "SRC:DST[:OPT,…]", "show the host's SRC at DST (ro, rslave, noexec, …)",
                [given](const std::string& text) { add_mount(*given, parse_volume(text)); });
  options.value("mount", "type=…,source=…,target=…", "the same in full, also type=tmpfs",
                [given](const std::string& text) { add_mount(*given, parse_mount(text)); });
  options.value("tmpfs", "DST[:OPT,…]", "an empty folder in memory",
                [given](const std::string& text) { add_mount(*given, parse_tmpfs(text)); });
  options.value("shm-size", "SIZE", "of /dev/shm (default 64m)", [given](const std::string& text) {
    given->shm_size = parse_size("--shm-size", text);
  });
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  config.process.env
      .clear();  // a rootfs has an environment of its own: the caller's may hold secrets
  options.value("rootfs", "DIR|NAME", "its files: a folder, or the embedded image's name",
                [&](const std::string& text) { config.root.path = rootfs_folder(text); });
  options.flag("read-only", "nothing in the rootfs can be changed",
               [&] { config.root.readonly = true; });
  options.flag("no-pivot", "chroot(2) instead of pivot_root(2): less safe",
               [&] { config.annotations[oci::kNoPivotAnnotation] = "true"; });
  mount_options(options, given);
  options.value("w,workdir", "DIR", "its working directory, made if missing",
                [&](const std::string& path) {
                  if (path.empty() || path[0] != '/') {
                    throw cli::UsageError(
                        fmt::format("--workdir: expected an absolute path, got {}", quoted(path)));
                  }
                  config.process.cwd = path;
                });
  options.value("e,env", "NAME=VALUE", "a variable for it (NAME alone: the caller's value)",
                [given](const std::string& text) { given->variables.push_back(text); });
  terminal_options(options, config.process);
  options.check([given, &config] { fill_in(config, *given); });
}

void terminal_options(cli::Options& options, oci::Process& process) {
  const auto wanted = std::make_shared<std::optional<bool>>();
  process.detach_keys = parse_detach_keys("ctrl-p,ctrl-q");
  options.boolean("t,tty", "a terminal for it (default: if we have one)",
                  [wanted](bool value) { *wanted = value; });
  options.flag("i,interactive", "accepted for docker's sake: standard input is always passed on",
               [] {});
  options.value("detach-keys", "KEYS",
                "leave it running when these are typed (default ctrl-p,ctrl-q)",
                [&](const std::string& text) { process.detach_keys = parse_detach_keys(text); });
  options.check([wanted, &process] {
    const bool ours = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
    process.terminal = wanted->value_or(ours && !process.detached);
    winsize size{};
    if (process.terminal && ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
      process.console_size = {size.ws_row, size.ws_col};
    }
  });
}

}  // namespace lockstep::mnt
