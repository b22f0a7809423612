#include "common/os/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
using testing::error_of;

namespace {

bool is_open(int raw) { return ::fcntl(raw, F_GETFD) >= 0; }
bool closes_on_exec(const Fd& fd) { return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0; }
Fd null(int flags = O_RDWR) { return Fd(::open("/dev/null", flags)); }

}  // namespace

TEST_CASE("fd: it is closed exactly once, by who owns it last") {
  int raw = -1;
  {
    Fd first = null();
    raw = first.get();
    Fd second = std::move(first);
    CHECK(first.get() == -1);  // NOLINT(bugprone-use-after-move): what a moved-from one is like
    CHECK_FALSE(first);
    CHECK(second.get() == raw);
    CHECK(is_open(raw));
  }
  CHECK_FALSE(is_open(raw));
}

TEST_CASE("fd: assignment closes what was held, and to itself changes nothing") {
  Fd held = null();
  const int before = held.get();
  Fd other = null();
  const int after = other.get();
  held = std::move(other);
  CHECK(held.get() == after);
  CHECK_FALSE(is_open(before));
  Fd& same = held;
  held = std::move(same);
  CHECK(held.get() == after);
  CHECK(is_open(after));
}

TEST_CASE("fd: closing keeps errno for the error that is about to be reported") {
  errno = EXDEV;
  { const Fd never_open(1000000); }
  CHECK(errno == EXDEV);
}

TEST_CASE("fd: a released number stays open") {
  Fd fd = null();
  const int raw = fd.release();
  fd.reset();
  CHECK(is_open(raw));
  ::close(raw);
}

TEST_CASE("fd: a duplicate means the same open file, is above stdio and closes on exec") {
  const testing::TempDir folder;
  const Fd file(::open((folder / "f").c_str(), O_RDWR | O_CREAT, 0600));
  const Fd copy = file.duplicate();
  CHECK(copy.get() > 2);
  CHECK(copy.get() != file.get());
  CHECK(closes_on_exec(copy));
  write_all(copy, "abc", "f");
  CHECK(::lseek(file.get(), 0, SEEK_CUR) == 3);
  CHECK(error_of([] { static_cast<void>(Fd().duplicate()); }) ==
        "fcntl(-1, F_DUPFD_CLOEXEC, 3): Bad file descriptor (EBADF)");
}

TEST_CASE("fd: its path leads to that very file, also when its name is gone") {
  const testing::TempDir folder;
  const Fd file(::open((folder / "f").c_str(), O_RDWR | O_CREAT, 0600));
  ::unlink((folder / "f").c_str());
  write_all(file, "still there", "f");
  CHECK(read_all(Fd(::open(file.path().c_str(), O_RDONLY)), "f") == "still there");
}

TEST_CASE("fd: a pipe closes on exec, at both ends") {
  const Pipe pipe = Pipe::make();
  CHECK(closes_on_exec(pipe.read_end));
  CHECK(closes_on_exec(pipe.write_end));
}

TEST_CASE("fd: write_all writes all, however slowly it is read; read_all reads it all") {
  Pipe pipe = Pipe::make();
  const std::string data(1U << 20U, 'x');  // a pipe holds 64 KiB
  std::string read;
  std::thread reader([&] { read = read_all(pipe.read_end, "the pipe"); });
  write_all(pipe.write_end, data, "the pipe");
  pipe.write_end.reset();
  reader.join();
  CHECK(read == data);
}

TEST_CASE("fd: a failing write names the file and what was left to write") {
  CHECK(error_of([] { write_all(Fd(::open("/dev/full", O_WRONLY)), "12345", "out.txt"); }) ==
        "write(\"out.txt\", 5 bytes): No space left on device (ENOSPC)");
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe = Pipe::make();
  pipe.read_end.reset();
  CHECK(error_of([&] { write_all(pipe.write_end, "12345", "the pipe"); }) ==
        "write(\"the pipe\", 5 bytes): Broken pipe (EPIPE)");
  ::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("fd: a failing read names the file; too much of one is refused") {
  CHECK(error_of([] { read_all(Fd(::open("/", O_RDONLY)), "/"); }) ==
        "read(\"/\"): Is a directory (EISDIR)");
  const Fd zeros(::open("/dev/zero", O_RDONLY));
  CHECK(error_of([&] { read_all(zeros, "/dev/zero", 1000); }) ==
        "/dev/zero: larger than 1000 bytes, which no such file should be");
}
