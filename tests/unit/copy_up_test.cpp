#include "03-mount/copy_up.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
using testing::TempDir;
namespace fs = std::filesystem;

namespace {

void copy(const std::string& from, const std::string& to) {
  mnt::copy_up(sys::open(from, O_PATH | O_DIRECTORY), sys::open(to, O_PATH | O_DIRECTORY), "/data");
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw SysError(errno, "lstat(" + path + ")");
  return status;
}

std::string content(const std::string& path) {
  return proc::read_file(path).value_or("(not there)");
}

}  // namespace

TEST_CASE("copy_up: files, folders and links, with mode and times") {
  const TempDir from;
  const TempDir to;
  fs::create_directories(from / "a/b");
  std::ofstream(from / "a/b/file") << std::string(3'000'000, 'x');
  std::ofstream(from / "empty").close();
  fs::create_symlink("/etc/passwd", from / "a/link");
  fs::permissions(from / "a/b/file", fs::perms(04751));
  fs::permissions(from / "a", fs::perms(01777));
  const std::array times = {timespec{1000, 5}, timespec{2000, 7}};
  ::utimensat(AT_FDCWD, (from / "a/b/file").c_str(), times.data(), 0);
  ::utimensat(AT_FDCWD, (from / "a").c_str(), times.data(), 0);
  copy(from.path(), to.path());
  CHECK(content(to / "a/b/file") == std::string(3'000'000, 'x'));
  CHECK(content(to / "empty").empty());
  CHECK(fs::read_symlink(to / "a/link") == "/etc/passwd");
  CHECK((status_of(to / "a/b/file").st_mode & 07777U) == 04751);
  CHECK((status_of(to / "a").st_mode & 07777U) == 01777);
  CHECK(status_of(to / "a/b/file").st_mtim.tv_sec == 2000);
  CHECK(status_of(to / "a/b/file").st_mtim.tv_nsec == 7);
  CHECK(status_of(to / "a").st_mtim.tv_sec == 2000);  // though files were made in it meanwhile
}

TEST_CASE("copy_up: a link is copied and never followed") {
  const TempDir from;
  const TempDir to;
  const TempDir host;
  std::ofstream(host / "secret") << "OUTSIDE";
  fs::create_directory_symlink(host.path(), from / "folder");
  fs::create_symlink(host / "secret", from / "file");
  copy(from.path(), to.path());
  CHECK(fs::is_symlink(to / "folder"));
  CHECK(fs::is_symlink(to / "file"));
}

TEST_CASE("copy_up: pipes and sockets mean nothing in a copy, and hold nobody up") {
  const TempDir from;
  const TempDir to;
  REQUIRE(::mkfifo((from / "pipe").c_str(), 0666) == 0);
  std::ofstream(from / "file") << "x";
  copy(from.path(), to.path());
  CHECK_FALSE(fs::exists(to / "pipe"));
  CHECK(content(to / "file") == "x");
}

TEST_CASE("copy_up: what is in the way is an error that names the call and the file") {
  const TempDir from;
  const TempDir to;
  fs::create_directory(from / "sub");
  std::ofstream(from / "sub/file") << "x";
  fs::create_directory(to / "sub");
  std::ofstream(to / "sub/file") << "y";
  CHECK(testing::error_of([&] { copy(from.path(), to.path()); }) ==
        "tmpcopyup: open(\"/data/sub/file\"): File exists (EEXIST)");
  CHECK(content(to / "sub/file") == "y");
}
