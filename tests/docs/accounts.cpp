#include "tests/docs/accounts.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/mounts.hpp"

namespace fs = std::filesystem;

namespace lockstep::docs {
namespace {

constexpr const char* kHome = "/home/learner";
constexpr uid_t kUser = 1000;

Account account(uid_t uid, const std::string& name, const std::string& home) {
  return {uid,
          name,
          home,
          {"HOME=" + home, "USER=" + name, "LOGNAME=" + name, "SHELL=/bin/bash", "TERM=xterm",
           "LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
           "CCACHE_DISABLE=1",
           // The clone may belong to whoever started the test; git refuses that without this.
           "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}};
}

std::string user_runtime_folder() { return fmt::format("/run/user/{}", kUser); }

void make_own_directory(const std::string& path) {
  fs::create_directories(path);
  fs::permissions(path, fs::perms(0700));
  if (::chown(path.c_str(), kUser, kUser) == 0) return;
  throw SysError(errno, fmt::format("chown({}, {})", quoted(path), kUser));
}

/// /etc/passwd and its kin with the ordinary user in it, in place of whoever had that name or
/// number.
void add_entry(const std::string& own_folder, const std::string& file, const std::string& entry) {
  const std::string number = fmt::format(":{}:", kUser);
  std::ifstream in(file);
  std::string text;
  for (std::string line; std::getline(in, line);) {
    const size_t third = line.find(':', line.find(':') + 1);  // name:x:number:
    const bool same = line.rfind("learner:", 0) == 0 ||
                      line.compare(std::min(third, line.size()), number.size(), number) == 0;
    if (!same) text += line + "\n";
  }
  const std::string copy = fmt::format("{}/{}", own_folder, fs::path(file).filename().string());
  std::ofstream(copy) << text << entry << "\n";
  if (fs::exists(file)) sys::mount(copy, file, "", MS_BIND);
}

}  // namespace

Account root_account() {
  Account root = account(0, "root", "/root");
  root.environment.emplace_back("LOCKSTEP_STORE=/root/.local/share/lockstep");  // /var is read-only
  return root;
}

Account user_account() {
  Account user = account(kUser, "learner", kHome);
  user.environment.push_back("XDG_RUNTIME_DIR=" + user_runtime_folder());
  return user;
}

std::string no_user_namespace_because() {
  Child child = Child::clone(0, [] {
    if (::setresuid(kUser, kUser, kUser) != 0) ::_exit(errno);
    ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
  });
  const int code = child.wait().shell_code();
  return code == 0 ? "" : "an ordinary user is refused a user namespace here: " + errno_words(code);
}

void add_user_account(const std::string& folder) {
  add_entry(folder, "/etc/passwd", fmt::format("learner:x:{0}:{0}::{1}:/bin/bash", kUser, kHome));
  add_entry(folder, "/etc/group", fmt::format("learner:x:{}:", kUser));
  add_entry(folder, "/etc/subuid", "learner:100000:65536");
  add_entry(folder, "/etc/subgid", "learner:100000:65536");
  make_own_directory(kHome);
  make_own_directory(user_runtime_folder());
}

}  // namespace lockstep::docs
