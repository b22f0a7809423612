#include "03-mount/volumes.hpp"

#include <filesystem>

#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using testing::error_of;
using testing::text;

namespace {

/// "SOURCE on DESTINATION type TYPE (options)".
std::string shown(const oci::Mount& mount) {
  std::string options;
  for (const std::string& word : mount.options) options += (options.empty() ? "" : ",") + word;
  return mount.source + " on " + mount.destination + " type " + mount.type + " (" + options + ")";
}

std::string volume(const std::string& text) { return shown(mnt::parse_volume(text)); }
std::string mount(const std::string& text) { return shown(mnt::parse_mount(text)); }
std::string tmpfs(const std::string& text) { return shown(mnt::parse_tmpfs(text)); }
std::string bad_volume(const std::string& text) {
  return error_of([&] { mnt::parse_volume(text); });
}
std::string bad_mount(const std::string& text) {
  return error_of([&] { mnt::parse_mount(text); });
}

}  // namespace

TEST_CASE("volume: with all that is mounted below, and private") {
  CHECK(volume("/a:/b") == "/a on /b type bind (rbind,rprivate)");
  CHECK(volume("/a:/b:rw") == "/a on /b type bind (rbind,rw,rprivate)");
}

TEST_CASE("volume: read-only means all the way down") {
  CHECK(volume("/a:/b:ro") == "/a on /b type bind (rbind,rro,rprivate)");
  CHECK(volume("/a:/b:ro,noexec,rslave") == "/a on /b type bind (rbind,rro,noexec,rslave)");
}

TEST_CASE("volume: a wish for another kind of bind or of propagation is heard") {
  CHECK(volume("/a:/b:bind") == "/a on /b type bind (bind,rprivate)");
  CHECK(volume("/a:/b:rshared") == "/a on /b type bind (rbind,rshared)");
  CHECK(volume("/a:/b:runbindable") == "/a on /b type bind (rbind,runbindable)");
}

TEST_CASE("volume: a relative source begins where the caller is") {
  const std::string here = std::filesystem::current_path();
  CHECK(volume("./a:/b") == here + "/./a on /b type bind (rbind,rprivate)");
  CHECK(volume("..:/b") == here + "/.. on /b type bind (rbind,rprivate)");
  CHECK(volume(".:/b") == here + "/. on /b type bind (rbind,rprivate)");
}

TEST_CASE("volume: trailing slashes of the destination go") {
  CHECK(volume("/a/:/b///") == "/a/ on /b type bind (rbind,rprivate)");
}

TEST_CASE("volume: what is wrong is refused with the option's name and the part") {
  const std::string shape = "--volume: expected SRC:DST or SRC:DST:OPTIONS, got ";
  CHECK(bad_volume("") == shape + "\"\"");
  CHECK(bad_volume("/a") == shape + "\"/a\"");
  CHECK(bad_volume("/a:/b:ro:x") == shape + "\"/a:/b:ro:x\"");
  CHECK(bad_volume("/a:b") ==
        "--volume: expected an absolute path inside the container, got \"b\"");
  CHECK(bad_volume("/a:") == "--volume: expected an absolute path inside the container, got \"\"");
  CHECK(bad_volume(":/b") == "--volume: the source is missing");
  CHECK(bad_volume("/a:/") == "--volume: \"/\" is the rootfs itself");
  CHECK(bad_volume("/a:///") == "--volume: \"/\" is the rootfs itself");
  CHECK(
      bad_volume("data:/b") ==
      "--volume: \"data\" would be a named volume, which lockstep doesn't have\nhint: a path has a "
      "slash in it: ./data");
}

TEST_CASE("mount: docker's and podman's names for a bind") {
  const std::string plain = "/a on /b type bind (rbind,rprivate)";
  CHECK(mount("type=bind,source=/a,target=/b") == plain);
  CHECK(mount("type=bind,src=/a,dst=/b") == plain);
  CHECK(mount("src=/a,destination=/b") == plain);
  CHECK(mount("target=/b,source=/a,type=bind") == plain);
  for (const char* readonly : {"readonly", "ro", "readonly=true", "ro=1", "readonly=1"}) {
    CAPTURE(readonly);
    CHECK(mount(std::string("src=/a,dst=/b,") + readonly) ==
          "/a on /b type bind (rbind,rro,rprivate)");
  }
  CHECK(mount("src=/a,dst=/b,readonly=false") == plain);
  CHECK(mount("src=/a,dst=/b,bind-propagation=rslave") == "/a on /b type bind (rbind,rslave)");
  CHECK(mount("src=/a,dst=/b,nosuid,noexec") ==
        "/a on /b type bind (rbind,nosuid,noexec,rprivate)");
}

TEST_CASE("mount: how far down a bind and its read-only go") {
  CHECK(mount("src=/a,dst=/b,bind-recursive=enabled") == "/a on /b type bind (rbind,rprivate)");
  CHECK(mount("src=/a,dst=/b,bind-recursive=disabled") == "/a on /b type bind (bind,rprivate)");
  CHECK(mount("src=/a,dst=/b,bind-nonrecursive") == "/a on /b type bind (bind,rprivate)");
  CHECK(mount("src=/a,dst=/b,ro,bind-recursive=writable") ==
        "/a on /b type bind (rbind,ro,rprivate)");
  CHECK(mount("src=/a,dst=/b,ro,bind-recursive=readonly") ==
        "/a on /b type bind (rbind,rro,rprivate)");
}

TEST_CASE("mount: a tmpfs, with docker's names for its size and mode") {
  CHECK(mount("type=tmpfs,target=/t") == "tmpfs on /t type tmpfs (nosuid,nodev,noexec)");
  CHECK(mount("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777") ==
        "tmpfs on /t type tmpfs (nosuid,nodev,noexec,size=1048576,mode=1777)");
  CHECK(mount("type=tmpfs,dst=/t,readonly,exec") ==
        "tmpfs on /t type tmpfs (nosuid,nodev,noexec,ro,exec)");
}

TEST_CASE("mount: what is wrong is refused with the key") {
  CHECK(bad_mount("type=bind,source=/a") == "--mount: \"type=bind,source=/a\": target= is missing");
  CHECK(bad_mount("") == "--mount: \"\": target= is missing");
  CHECK(bad_mount("type=bind,target=/b") == "--mount: source: the source is missing");
  CHECK(bad_mount("type=volume,src=/a,dst=/b") ==
        "--mount: type: expected bind or tmpfs, got \"volume\"");
  CHECK(bad_mount("src=/a,dst=b") ==
        "--mount: dst: expected an absolute path inside the container, got \"b\"");
  CHECK(text(bad_mount("src=/a,dst=/b,colour=red")) ==
        doctest::Contains("--mount: unknown key \"colour\"\nhint: type, source, target"));
  CHECK(bad_mount("src=/a,dst=/b,readonly=maybe") ==
        "--mount: readonly: expected true or false, got \"maybe\"");
  CHECK(bad_mount("src=/a,dst=/b,bind-propagation=loud") ==
        "--mount: bind-propagation: unknown \"loud\"");
  CHECK(bad_mount("src=/a,dst=/b,bind-recursive=deep") ==
        "--mount: bind-recursive: expected enabled, disabled, writable or readonly, got \"deep\"");
  CHECK(bad_mount("type=tmpfs,dst=/t,tmpfs-size=big") ==
        "--mount: tmpfs-size: expected a size like 64m, got \"big\"");
}

TEST_CASE("tmpfs: safe unless its options say otherwise") {
  CHECK(tmpfs("/t") == "tmpfs on /t type tmpfs (nosuid,nodev,noexec)");
  CHECK(tmpfs("/t:size=64m,exec") == "tmpfs on /t type tmpfs (nosuid,nodev,noexec,size=64m,exec)");
  CHECK(error_of([] { mnt::parse_tmpfs("t"); }) ==
        "--tmpfs: expected an absolute path inside the container, got \"t\"");
  CHECK(error_of([] { mnt::parse_tmpfs("/"); }) == "--tmpfs: \"/\" is the rootfs itself");
}

TEST_CASE("size: a number of bytes, or of k, m, g, t") {
  const auto size = [](const char* text) { return mnt::parse_size("--shm-size", text); };
  CHECK(size("1") == "1");
  CHECK(size("512b") == "512");
  CHECK(size("65536k") == "67108864");
  CHECK(size("64m") == "67108864");
  CHECK(size("64M") == "67108864");
  CHECK(size("2g") == "2147483648");
  CHECK(size("1T") == "1099511627776");
  CHECK(size("8388607t") == "9223370937343148032");
}

TEST_CASE("size: what is none is refused, also what no number holds") {
  for (const char* wrong : {"", "0", "0m", "m", "-1", "+1", "1.5g", "64mb", "64 m", " 64m", "0x10",
                            "8388608t", "9223372036854775808", "18446744073709551616", "1x"}) {
    CAPTURE(wrong);
    CHECK(error_of([&] { mnt::parse_size("--shm-size", wrong); }) ==
          "--shm-size: expected a size like 64m, got \"" + std::string(wrong) + "\"");
  }
}
