#include "03-mount/mount_options.hpp"

#include <map>

#include "03-mount/propagation.hpp"
#include "common/os/mount_api.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using mnt::MountOptions;
using testing::error_of;
using Words = std::vector<std::string>;

namespace {

MountOptions of_tmpfs(const Words& words) {
  return mnt::parse_mount_options(words, "tmpfs", "/here");
}
MountOptions of_bind(const Words& words) {
  return mnt::parse_mount_options(words, "bind", "/here");
}

struct Expected {
  unsigned long flag;
  uint64_t attribute;
};

}  // namespace

TEST_CASE("mount options: every word of the runtime-spec is known, none reaches the file system") {
  for (const char* word :
       {"async",          "atime",      "bind",         "defaults",    "dev",
        "diratime",       "dirsync",    "exec",         "iversion",    "lazytime",
        "loud",           "mand",       "noatime",      "nodev",       "nodiratime",
        "noexec",         "noiversion", "nolazytime",   "nomand",      "norelatime",
        "nostrictatime",  "nosuid",     "nosymfollow",  "private",     "ratime",
        "rbind",          "rdev",       "rdiratime",    "relatime",    "remount",
        "rexec",          "rnoatime",   "rnodiratime",  "rnoexec",     "rnorelatime",
        "rnostrictatime", "rnosuid",    "rnosymfollow", "ro",          "rprivate",
        "rrelatime",      "rro",        "rrw",          "rshared",     "rslave",
        "rstrictatime",   "rsuid",      "rsymfollow",   "runbindable", "rw",
        "shared",         "silent",     "slave",        "strictatime", "suid",
        "symfollow",      "sync",       "tmpcopyup",    "unbindable",  "rnodev"}) {
    CAPTURE(word);
    CHECK(of_tmpfs({word}).data.empty());
  }
}

TEST_CASE("mount options: a word that sets a flag sets the attribute of the same name") {
  const std::map<std::string, Expected> words = {
      {"ro", {MS_RDONLY, MOUNT_ATTR_RDONLY}},
      {"nosuid", {MS_NOSUID, MOUNT_ATTR_NOSUID}},
      {"nodev", {MS_NODEV, MOUNT_ATTR_NODEV}},
      {"noexec", {MS_NOEXEC, MOUNT_ATTR_NOEXEC}},
      {"nodiratime", {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}},
      {"nosymfollow", {MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW}},
  };
  for (const auto& [name, expected] : words) {
    const std::string word = name;  // CAPTURE takes no structured binding
    CAPTURE(word);
    const MountOptions options = of_tmpfs({word});
    CHECK(options.flags == expected.flag);
    CHECK(options.set == expected.attribute);
    CHECK(options.clear == 0);
    const MountOptions below = of_bind({"r" + word});
    CHECK(below.set_recursively == expected.attribute);
    CHECK(below.set == 0);
    CHECK(below.flags == 0);
  }
}

TEST_CASE("mount options: the opposite takes it back, and the last word counts") {
  const std::map<std::string, std::string> opposites = {
      {"ro", "rw"},       {"nosuid", "suid"},         {"nodev", "dev"},
      {"noexec", "exec"}, {"nodiratime", "diratime"}, {"nosymfollow", "symfollow"},
  };
  for (const auto& [name, opposite] : opposites) {
    const std::string word = name;
    CAPTURE(word);
    const MountOptions taken_back = of_tmpfs({word, opposite});
    CHECK(taken_back.flags == 0);
    CHECK(taken_back.set == 0);
    CHECK(taken_back.clear == of_tmpfs({word}).set);
    const MountOptions last = of_tmpfs({opposite, word});
    CHECK(last.set == of_tmpfs({word}).set);
    CHECK(last.clear == 0);
  }
}

TEST_CASE("mount options: the access times are one choice of three") {
  CHECK(of_tmpfs({"noatime"}).flags == MS_NOATIME);
  CHECK(of_tmpfs({"noatime"}).set == MOUNT_ATTR_NOATIME);
  CHECK(of_tmpfs({"noatime"}).clear == MOUNT_ATTR__ATIME);
  CHECK(of_tmpfs({"noatime", "strictatime"}).flags == MS_STRICTATIME);
  CHECK(of_tmpfs({"noatime", "strictatime"}).set == MOUNT_ATTR_STRICTATIME);
  CHECK(of_tmpfs({"strictatime", "relatime"}).flags == MS_RELATIME);
  CHECK(of_tmpfs({"strictatime", "relatime"}).set == 0);  // the kernel's default
  CHECK(of_tmpfs({"strictatime", "relatime"}).clear == MOUNT_ATTR__ATIME);
  CHECK(of_tmpfs({"noatime", "atime"}).set == 0);
  CHECK(of_bind({"rnoatime"}).set_recursively == MOUNT_ATTR_NOATIME);
  CHECK(of_bind({"rnoatime"}).clear_recursively == MOUNT_ATTR__ATIME);
}

TEST_CASE("mount options: what a file system alone knows") {
  CHECK(of_tmpfs({"sync", "dirsync", "lazytime", "iversion", "silent", "mand"}).flags ==
        (MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME | MS_I_VERSION | MS_SILENT | MS_MANDLOCK));
  CHECK(of_tmpfs({"sync", "async", "lazytime", "nolazytime", "silent", "loud"}).flags == 0);
  CHECK(of_tmpfs({"sync"}).set == 0);
}

TEST_CASE("mount options: all others are the file system's own, in their order") {
  CHECK(of_tmpfs({"nosuid", "mode=755", "size=64k", "nodev"}).data == "mode=755,size=64k");
  CHECK(of_tmpfs({}).data.empty());
  CHECK(of_tmpfs({"", "mode=755", ""}).data == "mode=755");
  CHECK(of_tmpfs({"defaults"}).data.empty());
}

TEST_CASE("mount options: propagation words, in their order") {
  const std::map<std::string, unsigned long> words = {
      {"private", MS_PRIVATE},       {"rprivate", MS_PRIVATE | MS_REC},
      {"slave", MS_SLAVE},           {"rslave", MS_SLAVE | MS_REC},
      {"shared", MS_SHARED},         {"rshared", MS_SHARED | MS_REC},
      {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE | MS_REC},
  };
  for (const auto& [name, flags] : words) {
    const std::string word = name;
    CAPTURE(word);
    CHECK(mnt::propagation_flags(word) == flags);
    CHECK(of_bind({word}).propagation == std::vector<unsigned long>{flags});
    CHECK(of_bind({word}).flags == 0);
  }
  CHECK(of_bind({"slave", "rshared"}).propagation ==
        std::vector<unsigned long>{MS_SLAVE, MS_SHARED | MS_REC});
  CHECK_FALSE(mnt::propagation_flags("rrslave"));
  CHECK_FALSE(mnt::propagation_flags(""));
}

TEST_CASE("mount options: what makes a mount a bind") {
  CHECK(of_tmpfs({"bind"}).bind);
  CHECK_FALSE(of_tmpfs({"bind"}).recursive);
  CHECK(of_tmpfs({"rbind"}).recursive);
  CHECK(of_bind({}).bind);
  CHECK(mnt::parse_mount_options({}, "rbind", "/x").recursive);
  CHECK_FALSE(of_tmpfs({}).bind);
  CHECK(of_bind({"remount", "ro"}).remount);
}

TEST_CASE("mount options: a bind has no options of a file system's own") {
  CHECK(error_of([] {
          of_bind({"ro", "size=64m"});
        }) ==
        "mount \"/here\": unknown option \"size=64m\"\nhint: a bind mount shows what is there: it "
        "has "
        "no file system's own options");
  // Also where "bind" stands behind it.
  CHECK(error_of([] { of_tmpfs({"size=64m", "bind"}); }) != "no error");
  CHECK(error_of([] { of_bind({"rrro"}); }) != "no error");
}

TEST_CASE("mount options: what this step can't do is refused, not passed over") {
  CHECK(of_bind({"idmap"}).idmap);
  CHECK(of_bind({"ridmap"}).idmap);
  CHECK_FALSE(of_bind({"ro"}).idmap);
  CHECK(error_of([] { of_tmpfs({"idmap"}); }) ==
        "mount \"/here\": option idmap: only a bind mount can be id-mapped");
  CHECK(of_tmpfs({"tmpcopyup"}).copy_up);
  CHECK(error_of([] { of_bind({"tmpcopyup"}); }) ==
        "mount \"/here\": option tmpcopyup: only a tmpfs can be filled so");
}
