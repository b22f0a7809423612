// Which file a command is, and why it can't be executed.

#include "common/story/program.hpp"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "common/os/capabilities.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/processes.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/users.hpp"

using namespace lockstep;
using testing::error_of;
using testing::in_child;
using testing::text;
namespace fs = std::filesystem;

namespace {

/// A folder with files to be executed, or not.
class Programs {
 public:
  Programs() { fs::permissions(folder_.path(), fs::perms(0755)); }

  std::string add(const std::string& name, const std::string& content, unsigned mode = 0755) const {
    std::string path = folder_ / name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << content;
    fs::permissions(path, fs::perms(mode));
    return path;
  }
  std::string path() const { return folder_.path(); }

 private:
  testing::TempDir folder_;
};

oci::Process process(const std::string& program, const std::string& path) {
  oci::Process process;
  process.args = {program, "argument"};
  process.env = {"NOPATH=/x", "PATH=" + path};
  return process;
}

/// What a person reads when `path` is executed.
std::string executing(const std::string& path) {
  return in_child([&]() -> std::string { sys::execute(path, {path}, {}); });
}

std::string elf(const std::string& interpreter) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof header;
  header.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_INTERP;
  segment.p_offset = sizeof header + sizeof segment;
  segment.p_filesz = interpreter.size() + 1;
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) +
         std::string(reinterpret_cast<const char*>(&segment), sizeof segment) + interpreter +
         std::string(1, '\0');
}

}  // namespace

TEST_CASE("program: a name is looked up on the PATH of its own environment, in order") {
  const Programs programs;
  programs.add("one/tool", "x", 0644);
  programs.add("two/tool", "x");
  programs.add("three/tool", "x");
  fs::create_directories(programs.path() + "/zero/tool");  // a folder is no program
  const std::string at = programs.path();
  const std::string path =
      at + "/missing:" + at + "/zero:" + at + "/one:" + at + "/two:" + at + "/three";
  CHECK(find_program(process("tool", path)) == at + "/two/tool");
}

TEST_CASE(
    "program: without a PATH there is the usual one; an empty part is the working directory") {
  oci::Process bare;
  bare.args = {"sh"};
  CHECK(text(find_program(bare)) == doctest::Contains("/sh"));
  const Programs programs;
  programs.add("tool", "x");
  CHECK(in_child([&] {
          fs::current_path(programs.path());
          return find_program(process("tool", "/missing:")) + " " +
                 find_program(process("tool", ""));
        }) == "./tool ./tool");
}

TEST_CASE("program: with a slash it is that file, whatever the PATH") {
  const Programs programs;
  const std::string tool = programs.add("tool", "x");
  CHECK(find_program(process(tool, "/nowhere")) == tool);
  CHECK(error_of([&] { find_program(process(programs.path() + "/other", programs.path())); }) ==
        "\"" + programs.path() + "/other\": no such file or directory (ENOENT)");
}

TEST_CASE("program: not found is 127, in the words that Docker looks for, with the PATH") {
  try {
    find_program(process("no-such-tool", "/a:/b"));
    FAIL("found");
  } catch (const Error& error) {
    CHECK(text(error.what()) ==
          "\"no-such-tool\": executable file not found: no such file or directory (ENOENT)");
    CHECK(error.hint() == "it is in none of the folders of PATH=/a:/b");
    CHECK(error.failure() == Failure::kNotFound);
  }
}

TEST_CASE("program: not executable is 126, with the reason") {
  const Programs programs;
  programs.add("tool", "x", 0644);
  try {
    find_program(process("tool", programs.path()));
    FAIL("found");
  } catch (const Error& error) {
    CHECK(text(error.what()) == "\"tool\": permission denied (EACCES)");
    CHECK(error.hint() == "it has no x bit: chmod a+x " + programs.path() + "/tool");
    CHECK(error.failure() == Failure::kNotExecutable);
  }
  CHECK(text(error_of([&] { find_program(process(programs.path(), "")); })) ==
        doctest::Contains("permission denied (EACCES)\nhint: it is a folder"));
}

TEST_CASE("program: no arguments at all are an error, not a crash") {
  CHECK(error_of([] { find_program(oci::Process()); }) ==
        "process.args is empty: there is no command to run");
}

TEST_CASE("program: a folder that may not be searched is named") {
  const Programs programs;
  const std::string tool = programs.add("locked/deep/tool", "x");
  fs::permissions(programs.path() + "/locked", fs::perms(0700));
  if (::geteuid() != 0) SKIP("all that this user makes, this user may search");
  CHECK(in_child([&] {
          testing::become_somebody();
          return error_of([&] { find_program(process(tool, "")); });
        }) == "\"" + tool + "\": permission denied (EACCES)\nhint: the folder \"" +
                  programs.path() + "/locked\" may not be searched by uid 61234: chmod a+x it");
}

TEST_CASE("program: a mode that lets only others execute is named") {
  const Programs programs;
  const std::string tool = programs.add("tool", "x", 0744);
  if (::geteuid() != 0) SKIP("all that this user makes, this user may execute");
  CHECK(text(in_child([&] {
          testing::become_somebody();
          return error_of([&] { find_program(process(tool, "")); });
        })) == doctest::Contains("hint: its mode 0744 lets uid 61234 not execute it"));
}

TEST_CASE("execute: a script whose interpreter is missing says which one") {
  const Programs programs;
  const std::string script = programs.add("script", "#!/no/such/python3 -u\nprint()\n");
  CHECK(executing(script) ==
        "execve(\"" + script + "\", [\"" + script +
            "\"], 0 variables): No such file or directory (ENOENT)\nhint: the "
            "script's interpreter \"/no/such/python3\" is not there: install it "
            "in the rootfs");
  CHECK(text(executing(programs.add("spaces", "#!  /no/such/x\n"))) ==
        doctest::Contains("interpreter \"/no/such/x\" is not there"));
}

TEST_CASE("execute: a script with Windows line ends says so") {
  const Programs programs;
  CHECK(text(executing(programs.add("script", "#!/bin/sh\r\necho\r\n"))) ==
        doctest::Contains("has Windows line ends"));
}

TEST_CASE("execute: a program whose dynamic linker is missing says which one") {
  const Programs programs;
  const std::string path = programs.add("program", elf("/lib/no-such-ld.so.1"));
  CHECK(execute_hint(ENOENT, path) ==
        "the file \"" + path +
            "\" is there, but its dynamic linker \"/lib/no-such-ld.so.1\" is not: add it and its "
            "libraries to the rootfs, or use a static program");
  CHECK(execute_hint(ENOENT, programs.add("fine", elf("/"))).empty());
}

TEST_CASE("execute: a file that asks for powers which nobody here can have names them") {
  const Programs programs;
  const std::string path = programs.add("program", "x");
  vfs_cap_data asks{};
  asks.magic_etc = htole32(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE);
  asks.data[0].permitted = htole32(1U << CAP_CHOWN | 1U << CAP_KILL);
  const auto set = [&] {
    return ::setxattr(path.c_str(), "security.capability", &asks, sizeof asks, 0) == 0;
  };
  if (::geteuid() != 0 || !set()) SKIP("it takes CAP_SETFCAP, and a file system that keeps such");
  const auto executing_without_kill = [&] {
    return in_child([&]() -> std::string {
      sys::drop_from_bounding_set(CAP_KILL);
      sys::execute(path, {path}, {});
    });
  };
  fs::copy_file("/bin/true", path, fs::copy_options::overwrite_existing);
  REQUIRE(set());  // who writes to a file takes its powers
  CHECK(
      text(executing_without_kill()) ==
      doctest::Contains("(EPERM)\nhint: the file asks for CAP_KILL, which the bounding set hasn't "
                        "got: give it (--cap-add;"));
  asks.magic_etc = htole32(VFS_CAP_REVISION_2);  // +p, without e: it starts, with less
  REQUIRE(set());
  CHECK(executing_without_kill().empty());
}

TEST_CASE("execute: a program for nothing, and one without a first line") {
  const Programs programs;
  for (const char* content : {"", "echo no first line\n",
                              "\x7f"
                              "ELF garbage"}) {
    CHECK(text(executing(programs.add("thing", content))) ==
          doctest::Contains(
              "Exec format error (ENOEXEC)\nhint: the file is no program of this machine"));
  }
}

TEST_CASE("execute: a hostile file makes no hint, and no crash") {
  const Programs programs;
  std::string program = elf("/lib/ld.so");
  const auto patched = [&](size_t at, uint64_t value) {
    std::string copy = program;
    std::memcpy(copy.data() + at, &value, sizeof value);
    return programs.add("program", copy);
  };
  constexpr auto kHuge = std::numeric_limits<uint64_t>::max();
  const size_t segment = sizeof(Elf64_Ehdr);
  for (const uint64_t value : {kHuge, kHuge - 16, kHuge - 55, kHuge - 63, kHuge / 2}) {
    CHECK(execute_hint(ENOENT, patched(offsetof(Elf64_Ehdr, e_phoff), value)).empty());
    CHECK(execute_hint(ENOENT, patched(segment + offsetof(Elf64_Phdr, p_offset), value)).empty());
    CHECK(execute_hint(ENOENT, patched(segment + offsetof(Elf64_Phdr, p_filesz), value)).empty());
  }
  for (const char* content : {"#!", "#!\n", "#!\r\n", "#! \t\n", "x"}) {
    CAPTURE(content);
    CHECK(execute_hint(ENOENT, programs.add("script", content)).size() < 300);
  }
}

TEST_CASE("execute: too long a command line") {
  const Programs programs;
  const std::string huge(200'000, 'x');  // the kernel's limit for one argument is 128 KiB
  CHECK(
      text(in_child([&]() -> std::string {
        sys::execute("/bin/true", {"true", huge}, {});
      })) ==
      doctest::Contains("Argument list too long (E2BIG)\nhint: the arguments and the environment"));
}

TEST_CASE("execute: of an open file, the error has its name") {
  const Programs programs;
  const std::string path = programs.add("script", "#!/no/such/interpreter\n");
  CHECK(
      text(in_child([&]() -> std::string {
        sys::execute_open(Fd(::open(path.c_str(), O_PATH | O_CLOEXEC)), "the program", {"x"},
                          {"A=b"});
      })) ==
      doctest::Contains("execveat(\"the program\", \"\", [\"x\"], 1 variables, AT_EMPTY_PATH): No "
                        "such file or directory (ENOENT)"));
}

TEST_CASE("execute: the program starts with no signal blocked and none ignored") {
  CHECK(in_child([] {
          sigset_t all;
          ::sigfillset(&all);
          ::sigprocmask(SIG_BLOCK, &all, nullptr);
          ::signal(SIGPIPE, SIG_IGN);
          // The C library's own two, which it hides: whoever started the tests may ignore them.
          const std::array<unsigned long, 4> kept_default{};
          for (const int own : {32, 33})
            ::syscall(SYS_rt_sigaction, own, kept_default.data(), nullptr, 8);
          Pipe pipe = Pipe::make();
          const pid_t pid = ::fork();
          if (pid == 0) {
            ::dup2(pipe.write_end.get(), 1);
            sys::execute("/bin/sh", {"sh", "-c", "exec grep -E '^Sig(Blk|Ign)' /proc/self/status"},
                         {"PATH=/bin"});
          }
          pipe.write_end.reset();
          return read_all(pipe.read_end, "pipe");
        }) == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}
