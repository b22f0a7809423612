#include "common/os/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include "common/os/child.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/users.hpp"

using namespace lockstep;
using testing::error_of;
using testing::in_child;
namespace fs = std::filesystem;

namespace {

Fd opened(const testing::TempDir& folder) { return sys::open(folder.path(), O_PATH | O_DIRECTORY); }

std::string content(const std::string& path) { return read_all(sys::open(path, O_RDONLY), path); }

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("files: what is missing is nothing for open_if_there and an error for open") {
  CHECK_FALSE(sys::open_if_there("/no/such/file", O_RDONLY));
  CHECK_FALSE(sys::open_if_there("/dev/null/below", O_RDONLY));
  CHECK(error_of([] { sys::open("/no/such/file", O_RDONLY); }) ==
        "open(\"/no/such/file\"): No such file or directory (ENOENT)");
  CHECK(error_of([] { sys::open_if_there("/proc/self/mem", O_RDONLY | O_DIRECTORY); }) ==
        "no error");
  const auto fd = sys::open_if_there("/dev/null", O_RDONLY);
  REQUIRE(fd);
  CHECK((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("files: what is there but may not be opened is an error in any case") {
  CHECK(in_child([] {
          testing::become_somebody();
          sys::open_if_there("/proc/1/environ", O_WRONLY);
          return std::string("no error");
        }) == "open(\"/proc/1/environ\"): Permission denied (EACCES)");
}

TEST_CASE("files: a name can be taken once") {
  const testing::TempDir folder;
  const Fd fd = opened(folder);
  CHECK(sys::make_directory(fd, "d", 0700));
  CHECK_FALSE(sys::make_directory(fd, "d", 0755));
  CHECK(mode_of(folder / "d") == 0700);
  const std::string elsewhere = folder / "elsewhere";
  CHECK(sys::make_symlink(elsewhere, fd, "l"));
  CHECK_FALSE(sys::make_symlink("/y", fd, "l"));
  CHECK(fs::read_symlink(folder / "l") == elsewhere);
  CHECK(sys::make_empty_file(fd, "f", 0600));
  CHECK_FALSE(sys::make_empty_file(fd, "f", 0644));
  CHECK_FALSE(sys::make_empty_file(fd, "l", 0644));  // and nothing is made through a link
  CHECK_FALSE(sys::make_directory(fd, "l", 0755));
  CHECK_FALSE(fs::exists(elsewhere));
}

TEST_CASE("files: an error names the call and the name") {
  const testing::TempDir folder;
  const Fd fd = opened(folder);
  const auto number = std::to_string(fd.get());
  CHECK(error_of([&] { sys::make_directory(fd, "a/b", 0755); }) ==
        "mkdirat(" + number + ", \"a/b\", 0755): No such file or directory (ENOENT)");
  CHECK(error_of([&] { sys::make_symlink("x", fd, "a/b"); }) ==
        "symlinkat(\"x\", " + number + ", \"a/b\"): No such file or directory (ENOENT)");
  CHECK(error_of([&] { sys::make_empty_file(fd, "a/b", 0600); }) ==
        "openat(" + number + ", \"a/b\", O_CREAT|O_EXCL): No such file or directory (ENOENT)");
  CHECK(error_of([&] { sys::replace_file(fd, "a/b", "x", 0600); }) ==
        "openat(\".a/b.new\", O_CREAT|O_TRUNC): No such file or directory (ENOENT)");
}

TEST_CASE("files: a device node without the right to make one") {
  const testing::TempDir folder;
  fs::permissions(folder.path(), fs::perms::all);
  CHECK(in_child([&] {
          testing::become_somebody();
          const Fd fd = opened(folder);
          return std::to_string(sys::make_node(fd, "null", S_IFCHR | 0666, ::makedev(1, 3)));
        }) == std::to_string(EPERM));
  const Fd fd = opened(folder);
  const std::string error =
      error_of([&] { sys::make_node(fd, "a/null", S_IFCHR | 0666, ::makedev(1, 3)); });
  CHECK(error.substr(error.find(',')) ==
        ", \"a/null\", S_IFCHR|0666, makedev(1, 3)): No such file or directory (ENOENT)");
}

TEST_CASE("files: a file is replaced as a whole, with its mode, and nothing is left beside it") {
  const testing::TempDir folder;
  const Fd fd = opened(folder);
  sys::replace_file(fd, "f", "a long first text", 0600);
  sys::replace_file(fd, "f", "second", 0600);
  CHECK(content(folder / "f") == "second");
  CHECK(mode_of(folder / "f") == 0600);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("files: a reader sees the old text or the new one, never half of it") {
  const testing::TempDir folder;
  const Fd fd = opened(folder);
  const std::string one(5000, '1');
  const std::string two(3000, '2');
  sys::replace_file(fd, "f", one, 0600);
  const Child writer = Child::clone(0, [&] {
    for (bool turn = false;; turn = !turn) sys::replace_file(fd, "f", turn ? one : two, 0600);
  });
  int torn = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::string seen = content(folder / "f");
    torn += seen == one || seen == two ? 0 : 1;
  }
  CHECK(torn == 0);
}

TEST_CASE("files: what a killed runtime left half written is overwritten; a link is not followed") {
  const testing::TempDir folder;
  const Fd fd = opened(folder);
  CHECK(sys::make_empty_file(fd, ".f.new", 0600));
  sys::replace_file(fd, "f", "whole", 0600);
  CHECK(content(folder / "f") == "whole");
  sys::make_symlink(folder / "victim", fd, ".f.new");
  CHECK(error_of([&] { sys::replace_file(fd, "f", "x", 0600); }) ==
        "openat(\".f.new\", O_CREAT|O_TRUNC): Too many levels of symbolic links (ELOOP)");
  CHECK_FALSE(fs::exists(folder / "victim"));
}

TEST_CASE("files: a folder goes with the files that were named, gone already or not") {
  const testing::TempDir top;
  const std::string folder = top / "folder";
  fs::create_directory(folder);
  sys::make_empty_file(sys::open(folder, O_PATH | O_DIRECTORY), "one", 0600);
  sys::remove_folder_of(folder, {"one", "missing"});
  CHECK_FALSE(fs::exists(folder));
  sys::remove_folder_of(folder, {"one", "missing"});
  fs::create_directory(folder);
  sys::make_empty_file(sys::open(folder, O_PATH | O_DIRECTORY), "other", 0600);
  CHECK(testing::text(error_of([&] { sys::remove_folder_of(folder, {"one"}); })) ==
        doctest::Contains("ENOTEMPTY"));
  CHECK(fs::exists(folder + "/other"));
}

TEST_CASE("files: a real path is absolute and has no links") {
  const testing::TempDir top;
  const std::string folder = *sys::real_path(top.path());
  fs::create_directory(folder + "/there");
  fs::create_directory_symlink("there", folder + "/link");
  CHECK(sys::real_path(folder + "/link/../link/.") == folder + "/there");
  CHECK_FALSE(sys::real_path(folder + "/missing"));
  CHECK(errno == ENOENT);
}
