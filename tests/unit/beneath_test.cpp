// Files beneath a hostile root, both ways: by openat2(2) and, as on a kernel without it, by
// walking. What the kernel says is what the walk has to say.

#include "common/os/beneath.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <sstream>

#include "tests/support/deny_calls.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/users.hpp"
#include "tests/unit/hostile_tree.hpp"

using namespace lockstep;
using testing::error_of;
using testing::HostileTree;
using testing::in_child;
using testing::text;

namespace {

constexpr std::array kPaths = {
    ".",
    "/",
    "",
    "dir",
    "/dir/sub",
    "dir/file",
    "dir//sub/./../file",
    "../../../dir",
    "relative",
    "relative/file",
    "absolute/file",
    "absolute-file",
    "dir/sub/climbing/file",
    "dir/climbing-file",
    "to-the-host",
    "dangling",
    "dangling-absolute",
    "dangling/below",
    "loop-a",
    "loop-a/below",
    "self-loop",
    "dir/file/below",
    "dir/file/..",
    "file-as-folder-dot",
    "file-as-folder-dots",
    "file-as-folder-slash",
    "folder-slash",
    "folder-slash/file",
    "to-root",
    "to-root/secret",
    "to-root/to-root/to-parent/secret",
    "to-parent",
    "to-parent/to-itself/secret",
    "to-itself",
    "chain-40-1",
    "chain-41-1",
    "missing",
    "missing/below",
    "etc/passwd",
};
constexpr std::array kFlags = {
    O_PATH,   O_PATH | O_DIRECTORY,   O_PATH | O_NOFOLLOW,   O_PATH | O_NOFOLLOW | O_DIRECTORY,
    O_RDONLY, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NOFOLLOW, O_RDWR,
};

/// What was opened, so that two ways can be compared: which file, and how.
std::string identity(const Fd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw SysError(errno, "fstat()");
  const auto flags = static_cast<unsigned>(::fcntl(fd.get(), F_GETFL));
  const bool closes = (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0;
  return fmt::format("{}:{} mode {:o} flags {:o}{}", status.st_dev, status.st_ino, status.st_mode,
                     flags & (O_ACCMODE | O_PATH), closes ? "" : " stays open on exec");
}

std::string outcome(const Beneath& root, const std::string& path, int flags) {
  std::string what;
  const std::string error = error_of([&] {
    const auto fd = root.open(path, flags);
    what = fd ? identity(*fd) : "nothing there";
  });
  return what.empty() ? error.substr(0, error.find('\n')) : what;
}

std::string all_outcomes(const std::string& root_path) {
  const Beneath root = Beneath::open_root(root_path);
  std::string out;
  for (const char* path : kPaths) {
    for (const int flags : kFlags) {
      out += fmt::format("{} with {:#o}: {}\n", quoted(path), flags, outcome(root, path, flags));
    }
  }
  return out;
}

std::string without_openat2(int code, const std::function<std::string()>& action) {
  return in_child([&] {
    testing::deny_calls({{"openat2", code}});
    return action();
  });
}

/// Both ways of a test: as it is, and with the fallback.
void both_ways(const std::function<std::string(const HostileTree&)>& action,
               const std::string& expected) {
  const HostileTree kernels;
  CHECK(in_child([&] { return action(kernels); }) == expected);
  const HostileTree walked;
  CHECK(without_openat2(ENOSYS, [&] { return action(walked); }) == expected);
}

std::string content(const Beneath& root, const std::string& path) {
  const auto fd = root.open(path, O_RDONLY);
  return fd ? read_all(*fd, path) : "nothing there";
}

}  // namespace

TEST_CASE("beneath: every way through a hostile tree ends inside, or in an error") {
  const HostileTree tree;
  const Beneath root = Beneath::open_root(tree.root());
  CHECK(content(root, "../../../secret") == "inside");
  CHECK(content(root, "dir/climbing-file") == "inside");
  CHECK(content(root, "to-the-host") == "nothing there");  // it would have to be in the rootfs
  CHECK(content(root, "absolute-file") == "inside");
  CHECK(content(root, "dir/sub/climbing/file") == "inside");
  CHECK(content(root, "to-root/to-root/to-parent/secret") == "inside");
  CHECK(content(root, "chain-40-1") == "inside");
  CHECK(content(root, "dangling") == "nothing there");
  CHECK(text(error_of([&] { content(root, "loop-a"); })) ==
        doctest::Contains("openat2(\"loop-a\", RESOLVE_IN_ROOT): Too many levels of symbolic links "
                          "(ELOOP)\nhint: a link there leads nowhere"));
  CHECK(text(error_of([&] { content(root, "chain-41-1"); })) == doctest::Contains("(ELOOP)"));
}

TEST_CASE("beneath: the walk finds what openat2 finds, for every path and every flag") {
  const HostileTree tree;
  const std::string by_the_kernel = all_outcomes(tree.root());
  for (const int code : {ENOSYS, EPERM}) {  // an older kernel; a sandbox around us
    std::istringstream expected(by_the_kernel);
    std::istringstream walked(without_openat2(code, [&] { return all_outcomes(tree.root()); }));
    int lines = 0;
    for (std::string left, right; std::getline(expected, left) && std::getline(walked, right);) {
      CHECK(left == right);
      ++lines;
    }
    CHECK(lines == static_cast<int>(kPaths.size() * kFlags.size()));
  }
}

TEST_CASE("beneath: magic links are refused, the ordinary links of /proc are not") {
  const auto look = [] {
    const Beneath proc = Beneath::open_root("/proc");
    std::string out;
    for (const char* path : {"self/cwd", "self/root", "self/root/etc", "self/exe", "self/fd/0",
                             "self/ns/mnt", "self/status", "mounts", "net/dev", "thread-self"}) {
      const auto open = [&] {
        out += fmt::format("{}: {}\n", path, proc.open(path, O_PATH) ? "opened" : "nothing");
      };
      const std::string error = error_of(open);
      if (error != "no error")
        out += fmt::format("{}: {}\n", path, error.substr(0, error.find('\n')));
    }
    const auto link = proc.open_link_itself("self/exe", O_PATH);
    out += link ? "the link itself: opened\n" : "the link itself: nothing\n";
    return out;
  };
  const std::string refused = ", RESOLVE_IN_ROOT): Too many levels of symbolic links (ELOOP)\n";
  std::string expected;
  for (const std::string path :
       {"self/cwd", "self/root", "self/root/etc", "self/exe", "self/fd/0", "self/ns/mnt"}) {
    expected += fmt::format("{}: openat2(\"{}\"{}", path, path, refused);
  }
  expected += "self/status: opened\nmounts: opened\nnet/dev: opened\nthread-self: opened\n";
  expected += "the link itself: opened\n";
  CHECK(in_child(look) == expected);
  CHECK(without_openat2(ENOSYS, look) == expected);
}

TEST_CASE("beneath: a folder that may not be searched is an error, both ways") {
  const auto look = [](const HostileTree& tree) {
    ::chmod(tree.outer().c_str(), 0755);
    ::chmod((tree.root() + "/dir/sub").c_str(), 0);
    testing::become_somebody();
    return error_of([&] { Beneath::open_root(tree.root()).open("dir/sub/climbing", O_PATH); });
  };
  if (::geteuid() != 0) SKIP("its temporary folder belongs to this user, who may search all of it");
  both_ways(look, "openat2(\"dir/sub/climbing\", RESOLVE_IN_ROOT): Permission denied (EACCES)");
}

TEST_CASE("beneath: missing folders are made inside, also through links") {
  both_ways(
      [](const HostileTree& tree) {
        const Beneath root = Beneath::open_root(tree.root());
        const Fd made = root.make_directories("/absolute/new/deep/../deeper", 0700);
        const Fd again = root.make_directories("/absolute/new/deeper");
        struct stat status {};
        if (::stat((tree.root() + "/dir/new/deeper").c_str(), &status) != 0) return "elsewhere";
        return S_ISDIR(status.st_mode) && (status.st_mode & 0777U) == 0700U &&
                       identity(made) == identity(again)
                   ? "made"
                   : "wrong";
      },
      "made");
}

TEST_CASE("beneath: a missing file is made inside, and one that is there is left as it is") {
  both_ways(
      [](const HostileTree& tree) {
        const Beneath root = Beneath::open_root(tree.root());
        root.make_file("to-root/to-parent/new/folder/file");
        root.make_file("dir/climbing-file");
        return content(root, "new/folder/file") + "|" + content(root, "secret");
      },
      "|inside");
}

TEST_CASE("beneath: nothing is made through a dangling link, nor outside") {
  const auto refusals = [](const HostileTree& tree) {
    const Beneath root = Beneath::open_root(tree.root());
    std::string out = error_of([&] { root.make_directories("dangling"); }) + "\n";
    out += error_of([&] { root.make_directories("dangling-absolute/below"); }) + "\n";
    out += error_of([&] { root.make_directories("dir/file/below"); }) + "\n";
    out += error_of([&] { root.make_file("dangling"); }) + "\n";
    struct stat status {};
    const bool made = ::stat((tree.root() + "/nowhere").c_str(), &status) == 0;
    return out + (made ? "and yet it was made" : "nothing was made");
  };
  const std::string hint =
      "\nhint: it is a file or a dangling link where a folder is needed: remove it from the "
      "rootfs\n";
  both_ways(refusals,
            "\"dangling\" in the rootfs: Not a directory (ENOTDIR)" + hint +
                "\"dangling-absolute\" in the rootfs: Not a directory (ENOTDIR)" + hint +
                "\"dir/file\" in the rootfs: Not a directory (ENOTDIR)" + hint +
                "\"dangling\" in the rootfs: No such file or directory (ENOENT)\nhint: it is a "
                "dangling link: remove it from the rootfs\nnothing was made");
}

TEST_CASE("beneath: a missing root says so") {
  CHECK(error_of([] { Beneath::open_root("/no/such/rootfs"); }) ==
        "open(\"/no/such/rootfs\"): No such file or directory (ENOENT)");
}
