#include "common/oci/config_json.hpp"
#include "common/oci/config_lessons.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

// What a bundle asks for and only a later step does.

namespace lockstep::oci {
namespace {

/// The error, and its hint behind it, of a config.json with those members; "" if there is none.
std::string refusal(const std::string& members, int lesson) {
  try {
    read_config(R"({"ociVersion": "1.0.2", )" + members + "}", "c", lesson);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "";
}

TEST_CASE("config lessons: a later step's field is refused by its place, with that step") {
  CHECK(refusal(R"("linux": {"namespaces": [{"type": "pid"}, {"type": "network"}]})", 4) ==
        "c: linux.namespaces[1] (network): not supported by this step | it takes step05 to do all "
        "that this file asks for; for this one, remove linux.namespaces[1] (network)");
  CHECK(refusal(R"("linux": {"namespaces": [{"type": "pid"}, {"type": "network"}]})", 5).empty());
}

TEST_CASE(
    "config lessons: all that is in the way is named at once, with the step that has it all") {
  CHECK(
      refusal(R"("process": {"args": ["sh"], "user": {"uid": 7, "gid": 0}, "noNewPrivileges": true},
                   "mounts": [{"destination": "/c", "type": "cgroup"}])",
              4) ==
      "c: process.user.uid: not supported by this step | it takes step08 to do all that this file "
      "asks for; for this one, remove process.user.uid, process.noNewPrivileges, mounts[0] "
      "(cgroup)");
}

TEST_CASE("config lessons: what asks for nothing is no matter") {
  CHECK(refusal(R"("process": {"args": ["sh"], "user": {"uid": 0, "gid": 0}, "rlimits": []},
                   "linux": {"seccomp": null, "resources": {"devices": []}}, "hooks": {})",
                4)
            .empty());
}

TEST_CASE("config lessons: to join a namespace is another thing than to make one") {
  const std::string join =
      R"("linux": {"namespaces": [{"type": "ipc", "path": "/proc/1/ns/ipc"}]})";
  CHECK(refusal(join, 8).find("c: linux.namespaces[0] (ipc): ") == 0);
  CHECK(refusal(join, 9).empty());
}

TEST_CASE("config lessons: each step's default namespaces") {
  CHECK(default_namespaces(4) == std::vector<std::string>{"pid", "ipc", "uts", "mount"});
  CHECK(default_namespaces(5) == std::vector<std::string>{"pid", "network", "ipc", "uts", "mount"});
}

}  // namespace
}  // namespace lockstep::oci
