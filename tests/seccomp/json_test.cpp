// linux.seccomp as it is read and written, and profiles as engines have them.
#include <fmt/format.h>

#include "common/oci/config_json.hpp"
#include "common/oci/seccomp_profile.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

namespace lockstep::oci {
namespace {

std::string refusal(const std::string& seccomp) {
  return lockstep::testing::error_of([&] {
    const Config config =
        read_config(R"({"ociVersion": "1.0.2", "linux": {"seccomp": )" + seccomp + "}}", "c");
    if (config.linux.seccomp) notifies(**config.linux.seccomp);  // which reads it
  });
}

/// With `more` members behind a default action that allows.
std::string refusal_of(const std::string& more) {
  return refusal(R"({"defaultAction": "SCMP_ACT_ALLOW", )" + more + "}");
}

TEST_CASE("seccomp json: what is read is written again") {
  const std::string text = R"({"ociVersion": "1.0.2", "linux": {"seccomp": {
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
    "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/agent", "listenerMetadata": "a\"b",
    "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
                 {"names": ["mknod"], "action": "SCMP_ACT_NOTIFY"},
                 {"names": ["dup3"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535,
                  "args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 9,
                            "op": "SCMP_CMP_MASKED_EQ"}]}]}}})";
  const Config config = read_config(text);
  REQUIRE(config.linux.seccomp);
  CHECK((*config.linux.seccomp)->default_errno_ret == 38U);
  CHECK((*config.linux.seccomp)->syscalls[2].args[0].value == 18446744073709551615U);
  CHECK(notifies(**config.linux.seccomp));
  const std::string written = write_config(config);
  CHECK(write_config(read_config(written)) == written);
  for (const char* part : {"18446744073709551615", "SCMP_ARCH_X32", "/run/agent", "a\\\"b", "65535",
                           "\"valueTwo\": 9", "SECCOMP_FILTER_FLAG_LOG"})
    CHECK(lockstep::testing::text(written) == doctest::Contains(part));
}

TEST_CASE("seccomp json: no profile, and no flags, are not the same as empty ones") {
  const auto flags = [](const char* more) {
    const Config config = read_config(fmt::format(R"({{"ociVersion": "1.0.2", "linux": {{"seccomp":
                         {{"defaultAction": "SCMP_ACT_ALLOW"{}}}}}}})",
                                                  more));
    return (*config.linux.seccomp)->flags;
  };
  CHECK_FALSE(flags("").has_value());
  CHECK(flags(R"(, "flags": [])") == std::vector<std::string>{});
  CHECK_FALSE(read_config(R"({"ociVersion": "1.0.2", "linux": {"seccomp": null}})").linux.seccomp);
}

TEST_CASE("seccomp json: what is wrong is refused by its place") {
  CHECK(refusal(R"({"syscalls": [1]})") == "c: linux.seccomp.defaultAction: is required");
  CHECK(refusal(R"({"defaultAction": "ALLOW"})")
            .find("c: linux.seccomp.defaultAction: expected one of") == 0);
  CHECK(refusal_of(R"("defaultErrnoRet": 1)")
            .find("c: linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW returns no errno") == 0);
  CHECK(refusal_of(R"("flags": ["LOG"])").find("c: linux.seccomp.flags[0]: expected one of") == 0);
  CHECK(refusal_of(R"("architectures": ["x86"])").find("c: linux.seccomp.architectures[0]: ") == 0);
  CHECK(refusal_of(R"("listenerPath": "relative")").find("c: linux.seccomp.listenerPath: ") == 0);
  CHECK(refusal_of(R"("listenerMetadata": "x")") ==
        "c: linux.seccomp.listenerMetadata: needs a listenerPath");
  const auto rule = [](const std::string& members) {
    return refusal_of(R"("syscalls": [{)" + members + "}]");
  };
  CHECK(rule(R"("action": "SCMP_ACT_LOG")") == "c: linux.seccomp.syscalls[0].names: is required");
  CHECK(rule(R"("names": [], "action": "SCMP_ACT_LOG")")
            .find("c: linux.seccomp.syscalls[0].names: ") == 0);
  CHECK(rule(R"("names": ["read"])") == "c: linux.seccomp.syscalls[0].action: is required");
  CHECK(rule(R"("names": ["read"], "action": "x")").find("c: linux.seccomp.syscalls[0].action: ") ==
        0);
  CHECK(rule(R"("names": ["read"], "action": "SCMP_ACT_NOTIFY")")
            .find("c: linux.seccomp: SCMP_ACT_NOTIFY needs a listenerPath") == 0);
  for (const char* number : {"-1", "4096", "\"EPERM\"", "1.5"})
    CHECK(rule(fmt::format(R"("names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": {})",
                           number))
              .find("c: linux.seccomp.syscalls[0].errnoRet: expected") == 0);
  CHECK(rule(R"("names": ["read"], "action": "SCMP_ACT_KILL", "errnoRet": 1)")
            .find("returns no errno") != std::string::npos);
  const auto arg = [&](const std::string& members) {
    return rule(R"("names": ["read"], "action": "SCMP_ACT_LOG", "args": [{)" + members + "}]");
  };
  const std::string place = "c: linux.seccomp.syscalls[0].args[0].";
  CHECK(arg(R"("value": 1, "op": "SCMP_CMP_EQ")") == place + "index: is required");
  CHECK(arg(R"("index": 6, "value": 1, "op": "SCMP_CMP_EQ")").find(place + "index: ") == 0);
  CHECK(arg(R"("index": 0, "op": "SCMP_CMP_EQ")") == place + "value: is required");
  CHECK(arg(R"("index": 0, "value": -1, "op": "SCMP_CMP_EQ")") ==
        place + "value: expected an integer from 0 on, got -1");
  CHECK(arg(R"("index": 0, "value": 1, "op": "EQ")").find(place + "op: expected one of") == 0);
}

TEST_CASE("seccomp json: an engine's profile is decided by capability, architecture and kernel") {
  const std::string text = R"({"defaultAction": "SCMP_ACT_ERRNO",
    "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
                {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
    "syscalls": [
      {"names": ["a"], "action": "SCMP_ACT_ALLOW", "comment": "x", "includes": {}, "excludes": {}},
      {"names": ["b"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_X"]}},
      {"names": ["c"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_X"]}},
      {"names": ["d"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64", "arm"]}},
      {"names": ["e"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["arm64"]}},
      {"names": ["f"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
      {"names": ["g"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.10"}}]})";
  const auto names = [&](const ProfileConditions& conditions) {
    std::string out;
    for (const SyscallRule& rule : read_seccomp_profile(text, "p", conditions).syscalls)
      out += rule.names[0];
    return out;
  };
  CHECK(names({{}, "amd64", 6, 1}) == "acef");
  CHECK(names({{"CAP_X"}, "arm64", 6, 12}) == "abdfg");
  CHECK(names({{}, "amd64", 4, 7}) == "ace");
  CHECK(read_seccomp_profile(text, "p", {{}, "amd64", 6, 1}).architectures ==
        std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"});
  CHECK(lockstep::testing::error_of([] {
          read_seccomp_profile(R"({"defaultAction": "SCMP_ACT_LOG", "syscalls": [
                                   {"names": ["a"], "action": "SCMP_ACT_ALLOW",
                                    "includes": {"minKernel": "new"}}]})",
                               "p", {});
        }) ==
        "p: syscalls[0].includes.minKernel: expected a kernel's version, such as 4.8, got \"new\"");
}

}  // namespace
}  // namespace lockstep::oci
