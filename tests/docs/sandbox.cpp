#include "tests/docs/sandbox.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include "common/os/borrowed_root.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/docs/accounts.hpp"
#include "tests/docs/cgroups.hpp"
#include "tests/docs/match.hpp"
#include "tests/docs/page.hpp"

namespace fs = std::filesystem;

namespace lockstep::docs {
namespace {

constexpr uint64_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;
constexpr const char* kOwn = "/run/docs-check";  // what the sandbox itself needs

void all_read_only() {
  const Fd root = sys::open("/", O_PATH);
  sys::set_mount_attributes({root, "/"}, {.set = MOUNT_ATTR_RDONLY, .recursive = true});
}

/// A machine's own places to write to: new, empty, in memory.
void fresh_folders() {
  for (const char* open_to_all : {"/tmp", "/var/tmp", "/dev/shm"}) {
    if (fs::is_directory(open_to_all)) sys::mount("tmpfs", open_to_all, "tmpfs", 0, "mode=1777");
  }
  for (const char* roots : {"/run", "/home", "/root"}) {
    if (fs::is_directory(roots)) sys::mount("tmpfs", roots, "tmpfs", 0, "mode=755");
  }
  sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  sys::mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
             "newinstance,ptmxmode=0666,mode=620");
}

/// Shows `original` at `place`, where it can be written to without changing it.
void overlay(const Fd& original, const std::string& name, const std::string& place) {
  const std::string own = fmt::format("{}/{}", kOwn, name);
  for (const char* part : {"lower", "upper", "work"})
    fs::create_directories(fmt::format("{}/{}", own, part));
  sys::mount(original.path(), own + "/lower", "", MS_BIND | MS_REC);
  fs::create_directories(place);
  sys::mount("overlay", place, "overlay", 0,
             fmt::format("lowerdir={0}/lower,upperdir={0}/upper,workdir={0}/work", own));
}

void link_steps(const Sandbox& sandbox) {
  for (const auto& entry : fs::directory_iterator(sandbox.source + "/build")) {
    const std::string name = entry.path().filename();
    if (name.size() != 6 || name.rfind("step", 0) != 0) continue;
    fs::remove(sandbox.source + "/" + name);
    fs::create_symlink("build/" + name, sandbox.source + "/" + name);
  }
}

void show_clone(const Sandbox& sandbox, const Fd& source, const Fd& build) {
  overlay(source, "source", sandbox.source);
  const std::string place = sandbox.source + "/build";
  if (sandbox.build != place) {
    overlay(build, "build", place);
    fs::remove(place + "/CMakeCache.txt");  // it names the other folder: `make` begins anew
  }
  link_steps(sandbox);
}

void loopback_up() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    throw SysError(errno, "ioctl(lo, SIOCSIFFLAGS)");
}

void furnish(const Sandbox& sandbox, const Cgroups& cgroups) {
  cgroups.enter();
  sys::mount("", "/", "", MS_REC | MS_PRIVATE);
  const Fd source = sys::open(sandbox.source, O_PATH);  // before their place is covered
  const Fd build = sys::open(sandbox.build, O_PATH);
  all_read_only();
  cgroups.show();
  fresh_folders();
  show_clone(sandbox, source, build);
  add_user_account(kOwn);
  sys::mount("", "/", "", MS_REC | MS_SHARED);  // as systemd leaves it
  sys::set_hostname("laptop");
  loopback_up();
}

/// In the sandbox, as process 1.
int live(const Sandbox& sandbox, const Cgroups& cgroups, const std::function<int()>& body) {
  int status = 1;
  try {
    sys::set_parent_death_signal(SIGKILL);
    furnish(sandbox, cgroups);
    status = body();
  } catch (const Error& error) {
    fmt::print("{}\n{}{}\n", error.what(), error.hint().empty() ? "" : "hint: ", error.hint());
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
  }
  std::fflush(stdout);
  return status;
}

/// What a page could change of the host, were it not in its own world.
std::string host_now() {
  utsname names{};
  ::uname(&names);
  return fmt::format("{}\n{}\n{}", names.nodename, static_cast<const char*>(names.domainname),
                     proc::read_file("/proc/self/mountinfo").value_or(""));
}

}  // namespace

std::string no_sandbox_because() {
  if (!has_root_powers()) return "it takes root to make a machine for the pages to run in";
  if (!sys::has_mount_api()) return "the kernel has no mount_setattr(2) (5.12 or later has)";
  return "";
}

int in_sandbox(const Sandbox& sandbox, const std::function<int()>& body) {
  const std::string before = host_now();
  std::fflush(stdout);
  const Cgroups cgroups;
  Child child = Child::clone(kNamespaces, [&] { ::_exit(live(sandbox, cgroups, body)); });
  const int status = child.wait().shell_code();
  const std::string after = host_now();
  if (after != before) {
    throw Error("the page has changed the host (- before, + after):\n" +
                difference(lines_of(before), lines_of(after), std::equal_to<std::string>()));
  }
  return status;
}

}  // namespace lockstep::docs
