#include "tests/narration/sandbox.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/os/child.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "tests/support/users.hpp"

namespace lockstep::narration {
namespace {

namespace fs = std::filesystem;

constexpr int kSoon = 300;  // milliseconds, in which a keeper has begun its life

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string build_folder() {
  std::string folder = variable("LOCKSTEP_BUILD");
  if (folder.empty())
    throw Error("LOCKSTEP_BUILD, the build folder, is not set: run this by ctest");
  return folder;
}

void make_rootfs(const std::string& folder) {
  for (const char* name : {"bin", "dev", "etc", "proc", "root", "sys", "tmp", "data", "filled"}) {
    fs::create_directories(folder + "/" + name);
  }
  fs::copy_file(find_on_path("busybox"), folder + "/bin/busybox");
  for (const char* applet : {"sh", "true", "false", "sleep", "hostname", "cat", "id", "echo"}) {
    fs::create_symlink("busybox", folder + "/bin/" + applet);
  }
  fs::create_directories(folder + "/filled/folder");
  fs::create_symlink("folder", folder + "/filled/link");
  std::ofstream(folder + "/bin/broken") << "#!/no/such/interpreter\n";
  fs::permissions(folder + "/bin/broken", fs::perms(0755));
}

void give_away(const std::string& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (::lchown(entry.path().c_str(), testing::kSomebody, testing::kSomebody) != 0) {
      throw SysError(errno, "lchown(" + entry.path().string() + ")");
    }
  }
  fs::permissions(folder, fs::perms(0755));
  if (::chown(folder.c_str(), testing::kSomebody, testing::kSomebody) != 0) {
    throw SysError(errno, "chown(" + folder + ")");
  }
}

std::vector<std::string> environment(const std::string& state) {
  return {"PATH=" + variable("PATH"), "XDG_RUNTIME_DIR=" + state, "HOME=/"};
}

std::string content(const Fd& file) {
  ::lseek(file.get(), 0, SEEK_SET);
  return read_all(file, "output");
}

}  // namespace

std::string find_on_path(const std::string& name) {
  std::istringstream folders(variable("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string path = folder.append("/").append(name);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

Sandbox::Sandbox(User user) : user_(user) {
  fs::create_directories(folder_ / "bin");
  fs::create_directories(folder_ / "trace");
  fs::create_directories(state());
  for (const char* step : {"step01", "step02", "step03", "step08"}) {
    fs::copy_file(build_folder() + "/" + step, folder_ / ("bin/" + std::string(step)));
  }
  fs::copy_file(build_folder() + "/tests/bin/without-helper", without());
  make_rootfs(rootfs());
  if (user == User::kSomebody && ::geteuid() == 0) give_away(folder_.path());
}

Sandbox::~Sandbox() {
  try {
    for (const auto& entry : fs::directory_iterator(state())) {
      if (!entry.is_directory()) continue;
      run({step("step03"), "--root", state(), "delete", "--force", entry.path().filename()});
    }
  } catch (...) {  // this may run while the test's own failure is on its way
  }
}

Outcome Sandbox::run(const std::vector<std::string>& words,
                     const std::function<bool()>& enough) const {
  const Fd null = sys::open("/dev/null", O_RDONLY);
  const Fd out = sys::open("/tmp", O_TMPFILE | O_RDWR, 0600);
  const Fd err = sys::open("/tmp", O_TMPFILE | O_RDWR | O_APPEND, 0600);
  Child child = Child::clone(0, [&] {
    ::dup2(null.get(), STDIN_FILENO);
    ::dup2(out.get(), STDOUT_FILENO);
    ::dup2(err.get(), STDERR_FILENO);
    fs::current_path(folder_.path());
    if (user_ == User::kSomebody) testing::become_somebody();
    sys::execute(words[0], words, environment(state()));
  });
  while (!sys::wait_for_end(child.pidfd(), 20)) {
    if (!enough() || sys::wait_for_end(child.pidfd(), kSoon)) continue;
    sys::send_signal(child.pidfd(), child.pid(), SIGTERM);
    break;
  }
  const int status = child.wait().shell_code();
  return {status, content(out), content(err)};
}

bool steps_are_static() {
  std::ifstream file(build_folder() + "/step01", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  return bytes.find("/ld-linux") == std::string::npos;
}

std::string why_not(User user) {
  if (find_on_path("strace").empty()) return "strace is missing (apt-get install strace)";
  if (find_on_path("busybox").empty()) {
    return "there is no busybox to make a rootfs from (apt-get install busybox-static)";
  }
  if (user == User::kSomebody) return testing::why_no_user_namespace();
  return ::geteuid() == 0 ? "" : "needs root";
}

}  // namespace lockstep::narration
