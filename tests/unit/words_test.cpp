#include "common/os/words.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/stat.h>

#include <csignal>

#include "common/os/mount_api.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;

TEST_CASE("words: mount flags as mount(2) names them") {
  CHECK(words::mount_flags(0) == "0");
  CHECK(words::mount_flags(MS_RDONLY) == "MS_RDONLY");
  CHECK(words::mount_flags(MS_NOSUID | MS_NODEV | MS_NOEXEC) == "MS_NOSUID|MS_NODEV|MS_NOEXEC");
  CHECK(words::mount_flags(MS_REC | MS_SLAVE) == "MS_REC|MS_SLAVE");
  CHECK(words::mount_flags(MS_BIND | MS_REMOUNT | MS_RDONLY) == "MS_RDONLY|MS_REMOUNT|MS_BIND");
  CHECK(words::mount_flags(MS_NOSYMFOLLOW | MS_LAZYTIME) == "MS_LAZYTIME|MS_NOSYMFOLLOW");
}

TEST_CASE("words: a bit that nobody has named yet is shown as a number") {
  CHECK(words::mount_flags(1UL << 40U) == "0x10000000000");
  CHECK(words::mount_flags(MS_BIND | 1UL << 40U) == "MS_BIND|0x10000000000");
  CHECK(words::clone_flags(uint64_t{1} << 50U) == "0x4000000000000");
}

TEST_CASE("words: mount attributes as mount_setattr(2) names them") {
  CHECK(words::mount_attributes(0) == "0");
  CHECK(words::mount_attributes(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID) ==
        "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID");
  CHECK(words::mount_attributes(MOUNT_ATTR_STRICTATIME) == "MOUNT_ATTR_STRICTATIME");
  // The three ways to keep access times are one field, which is cleared as a whole.
  CHECK(words::mount_attributes(MOUNT_ATTR__ATIME) == "MOUNT_ATTR__ATIME");
}

TEST_CASE("words: namespaces as clone(2) names them") {
  CHECK(words::clone_flags(0) == "0");
  CHECK(words::clone_flags(CLONE_NEWUTS) == "CLONE_NEWUTS");
  CHECK(words::clone_flags(CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWNS | CLONE_PIDFD) ==
        "CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNS|CLONE_PIDFD");
  CHECK(words::clone_flags(CLONE_NEWTIME) == "CLONE_NEWTIME");
}

TEST_CASE("words: a file's type and mode") {
  CHECK(words::file_mode(S_IFCHR | 0666) == "S_IFCHR|0666");
  CHECK(words::file_mode(S_IFBLK | 0660) == "S_IFBLK|0660");
  CHECK(words::file_mode(S_IFIFO | 0600) == "S_IFIFO|0600");
  CHECK(words::file_mode(01777) == "1777");
  CHECK(words::file_mode(0) == "0000");
}

TEST_CASE("words: signals") {
  CHECK(words::signal(SIGTERM) == "SIGTERM");
  CHECK(words::signal(SIGRTMIN) == "SIGRTMIN+0");
  CHECK(words::signal(SIGRTMIN + 3) == "SIGRTMIN+3");
  CHECK(words::signal(32) == "signal 32");  // the C library keeps it for itself
  CHECK(words::signal(4711) == "signal 4711");
}

TEST_CASE("words: a signal may be written in every usual way") {
  for (const char* name : {"SIGTERM", "TERM", "term", "sigterm", "SigTerm", "15"}) {
    CAPTURE(name);
    CHECK(words::signal_number(name) == SIGTERM);
  }
  CHECK(words::signal_number("1") == SIGHUP);
  CHECK(words::signal_number("64") == SIGRTMAX);
  CHECK(words::signal_number("RTMIN") == SIGRTMIN);
  CHECK(words::signal_number("SIGRTMIN+3") == SIGRTMIN + 3);
  CHECK(words::signal_number("rtmin+3") == SIGRTMIN + 3);
  CHECK(words::signal_number("RTMAX") == SIGRTMAX);
}

TEST_CASE("words: what is no signal is none") {
  for (const char* name : {"", "SIG", "FOO", "0", "65", "-1", "+9", "15x", " 15", "9 ", "TERM ",
                           "SIGSIGTERM", "RTMIN+31", "RTMIN-1", "99999999999999999999"}) {
    CAPTURE(name);
    CHECK_FALSE(words::signal_number(name).has_value());
  }
}

TEST_CASE("words: every signal's own word leads back to it") {
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (number == 32 || number == 33) continue;  // nameless
    CAPTURE(number);
    CHECK(words::signal_number(words::signal(number)) == number);
  }
}

TEST_CASE("words: a list of arguments") {
  CHECK(words::list({}) == "[]");
  CHECK(words::list({"sh", "-c", "echo \"hi\""}) == R"(["sh", "-c", "echo \"hi\""])");
}
