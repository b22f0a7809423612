#include <fmt/format.h>

#include <string>

#include "common/oci/config_json.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

// What a config.json must not hold. Every sentence is checked whole: it is what a person will read.

namespace lockstep::oci {
namespace {

/// What read_config says about a text that it must refuse.
std::string refusal(const std::string& text) {
  try {
    read_config(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// The same for a document with one member more than the least that is valid: `"hostname": 7`.
std::string refusal_of(const std::string& member) {
  return refusal(R"({"ociVersion": "1.0.2", )" + member + "}");
}

/// The same for a member of `process`.
std::string refusal_of_process(const std::string& member) {
  return refusal_of(R"("process": {"args": ["sh"], )" + member + "}");
}

TEST_CASE("oci config: a wrong type is named with its place and with what was there") {
  CHECK(refusal_of_process(R"("env": "A=1")") ==
        "config.json: process.env: expected an array, got \"A=1\"");
  CHECK(refusal_of(R"("process": {"args": ["sh", 7]})") ==
        "config.json: process.args[1]: expected a string, got 7");
  CHECK(refusal_of(R"("process": {"args": ["sh", null]})") ==
        "config.json: process.args[1]: expected a string, got null");
  CHECK(refusal_of_process(R"("terminal": "yes")") ==
        "config.json: process.terminal: expected true or false, got \"yes\"");
  CHECK(refusal_of(R"("process": [])") ==
        "config.json: process: expected an object, got an empty array");
  CHECK(refusal_of(R"("mounts": [{"destination": "/a"}, "/b"])") ==
        "config.json: mounts[1]: expected an object, got \"/b\"");
  CHECK(refusal_of(R"("mounts": {"destination": "/a"})") ==
        "config.json: mounts: expected an array, got an object");
  CHECK(refusal_of(R"("annotations": {"com.x": true})") ==
        "config.json: annotations[\"com.x\"]: expected a string, got true");
  CHECK(refusal_of(R"("annotations": [])") ==
        "config.json: annotations: expected an object, got an empty array");
  CHECK(refusal_of_process(R"("user": {"uid": "root", "gid": 0})") ==
        "config.json: process.user.uid: expected an integer, got \"root\"");
  CHECK(refusal_of_process(R"("user": {"uid": 1.5, "gid": 0})") ==
        "config.json: process.user.uid: expected an integer, got 1.5");
}

TEST_CASE("oci config: a number out of range is refused, 2^32-1 as an id too") {
  const auto of_uid = [](const std::string& uid) {
    return refusal_of_process("\"user\": {\"gid\": 0, \"uid\": " + uid + "}");
  };
  const std::string range =
      "config.json: process.user.uid: expected an integer from 0 to 4294967294, got ";
  CHECK(of_uid("4294967294") == "accepted");
  CHECK(of_uid("-1") == range + "-1");
  CHECK(of_uid("4294967295") == range + "4294967295");
  CHECK(of_uid("4294967296") == range + "4294967296");
  CHECK(of_uid("18446744073709551615") == range + "18446744073709551615");
  CHECK(refusal_of_process(R"("user": {"uid": 0, "gid": 0, "additionalGids": [1, -5]})") ==
        "config.json: process.user.additionalGids[1]: expected an integer from 0 to 4294967294, "
        "got -5");
  CHECK(refusal_of_process(R"("user": {"uid": 0, "gid": 0, "umask": 512})") ==
        "config.json: process.user.umask: expected an integer from 0 to 511, got 512");
  CHECK(refusal_of_process(R"("terminal": true, "consoleSize": {"height": 65536, "width": 1})") ==
        "config.json: process.consoleSize.height: expected an integer from 0 to 65535, got 65536");
  CHECK(refusal_of_process(R"("terminal": false, "consoleSize": {"height": -1})") == "accepted");
  CHECK(
      refusal_of(
          R"("linux": {"devices": [{"type": "c", "path": "/dev/x", "major": -1, "minor": 0}]})") ==
      "config.json: linux.devices[0].major: expected an integer from 0 to 4095, got -1");
}

TEST_CASE("oci config: a host name fits the kernel and a line of /etc/hosts") {
  CHECK(refusal_of("\"hostname\": \"" + std::string(64, 'x') + "\", \"domainname\": \"ü.org\"") ==
        "accepted");
  CHECK(refusal_of(R"("hostname": "")") == "accepted");
  const std::string expected =
      ": expected at most 64 bytes, none of them a space or a control character, got ";
  CHECK(refusal_of(R"("hostname": "a\nb")") == "config.json: hostname" + expected + R"("a\nb")");
  CHECK(refusal_of(R"("domainname": "a b")") == "config.json: domainname" + expected + R"("a b")");
  CHECK(refusal_of(R"("hostname": "\u007f")").starts_with("config.json: hostname" + expected));
  CHECK(refusal_of("\"domainname\": \"" + std::string(65, 'x') + "\"")
            .starts_with("config.json: domainname" + expected));
}

TEST_CASE("oci config: an error quotes little of a long text") {
  CHECK(refusal_of("\"hostname\": [\"" + std::string(1U << 20U, 'x') + "\"]").size() < 300);
  CHECK(refusal_of_process("\"cwd\": \"" + std::string(58, 'x') + "aöö\"") ==
        "config.json: process.cwd: expected an absolute path, got \"" + std::string(58, 'x') +
            "a…\"");
}

TEST_CASE("oci config: a string with a NUL byte is refused") {
  CHECK(refusal_of(R"("process": {"args": ["sh\u0000x"]})") ==
        "config.json: process.args[0]: holds a NUL byte, which would end it early: \"sh\\x00x\"");
  CHECK(refusal_of(R"("mounts": [{"destination": "/a\u0000"}])") ==
        "config.json: mounts[0].destination: holds a NUL byte, which would end it early: "
        "\"/a\\x00\"");
}

TEST_CASE("oci config: what the spec requires must be there") {
  CHECK(refusal("{}") == "config.json: ociVersion: is required");
  CHECK(refusal(R"({"ociVersion": null})") == "config.json: ociVersion: is required");
  CHECK(refusal_of(R"("process": {"cwd": "/"})") == "config.json: process.args: is required");
  CHECK(refusal_of(R"("process": {"args": []})") ==
        "config.json: process.args: expected at least the program's name, got an empty array");
  CHECK(refusal_of_process(R"("user": {"username": "nobody"})") ==
        "config.json: process.user.uid: is required");
  CHECK(refusal_of(R"("root": {"path": "r"}, "process": {"args": ["sh"]})") ==
        "config.json: process.cwd: is required");
  CHECK(refusal_of(R"("root": {"path": "r"}, "process": {"args": ["sh"], "cwd": ""})") ==
        "config.json: process.cwd: expected an absolute path, got \"\"");
  CHECK(refusal_of(R"("root": {"readonly": true})") == "config.json: root.path: is required");
  CHECK(refusal_of(R"("mounts": [{"type": "proc"}])") ==
        "config.json: mounts[0].destination: is required");
  CHECK(refusal_of(R"("linux": {"namespaces": [{}]})") ==
        "config.json: linux.namespaces[0].type: is required");
  CHECK(refusal_of(R"("linux": {"devices": [{"type": "b", "path": "/dev/x", "major": 8}]})") ==
        "config.json: linux.devices[0].minor: is required");
}

TEST_CASE("oci config: values that the spec doesn't allow are refused") {
  CHECK(refusal(R"({"ociVersion": "2.0.0"})") ==
        "config.json: ociVersion: expected a version 1.x of the runtime-spec, such as \"1.0.2\", "
        "got \"2.0.0\"");
  CHECK(refusal_of_process(R"("cwd": "srv")") ==
        "config.json: process.cwd: expected an absolute path, got \"srv\"");
  CHECK(refusal_of_process(R"("env": ["A=1", "B"])") ==
        "config.json: process.env[1]: expected NAME=value, got \"B\"");
  CHECK(refusal_of_process(R"("env": ["=1"])") ==
        "config.json: process.env[0]: expected NAME=value, got \"=1\"");
  CHECK(refusal_of(R"("root": {"path": ""})") ==
        "config.json: root.path: expected a path, got \"\"");
  CHECK(refusal_of(R"("mounts": [{"destination": ""}])") ==
        "config.json: mounts[0].destination: expected a path, got \"\"");
  CHECK(refusal_of(R"("annotations": {"": "x"})") == "config.json: annotations: a key is empty");
}

TEST_CASE("oci config: values of linux that the spec doesn't allow are refused") {
  CHECK(
      refusal_of(R"("linux": {"namespaces": [{"type": "net"}]})") ==
      "config.json: linux.namespaces[0].type: expected one of pid, network, mount, ipc, uts, user, "
      "cgroup, time, got \"net\"");
  CHECK(
      refusal_of(R"("linux": {"namespaces": [{"type": "pid"}, {"type": "pid", "path": "/p"}]})") ==
      "config.json: linux.namespaces[1].type: \"pid\" is listed twice");
  CHECK(refusal_of(R"("linux": {"namespaces": [{"type": "pid", "path": "ns/pid"}]})") ==
        "config.json: linux.namespaces[0].path: expected an absolute path, got \"ns/pid\"");
  CHECK(refusal_of(R"("linux": {"rootfsPropagation": "alone"})") ==
        "config.json: linux.rootfsPropagation: expected one of private, slave, shared, unbindable, "
        "rprivate, rslave, rshared, runbindable, got \"alone\"");
  CHECK(refusal_of(R"("linux": {"maskedPaths": ["/a", "b"]})") ==
        "config.json: linux.maskedPaths[1]: expected an absolute path, got \"b\"");
  CHECK(refusal_of(R"("linux": {"readonlyPaths": ["b"]})") ==
        "config.json: linux.readonlyPaths[0]: expected an absolute path, got \"b\"");
  CHECK(refusal_of(R"("linux": {"devices": [{"type": "d", "path": "/dev/x"}]})") ==
        "config.json: linux.devices[0].type: expected one of c, b, u, p, got \"d\"");
}

TEST_CASE("oci config: a virtual machine is refused, unless nothing is asked of it") {
  CHECK(refusal_of(R"("vm": {"kernel": {"path": "/k"}})") ==
        "config.json: vm: not supported: a virtual machine is another kind of container");
  for (const std::string value : {R"({"a": {"b": ""}, "c": []})", "{}", "null"})
    CHECK(refusal_of(R"("vm": )" + value) == "accepted");
}

TEST_CASE("oci config: a hook has an absolute path, and a timeout that is one") {
  const auto of_hook = [](const std::string& hook) {
    return refusal_of(R"("hooks": {"poststop": [)" + hook + "]}");
  };
  CHECK(of_hook("{}") == "config.json: hooks.poststop[0].path: is required");
  CHECK(of_hook(R"({"path": "true"})") ==
        "config.json: hooks.poststop[0].path: expected an absolute path, got \"true\"");
  CHECK(of_hook(R"({"path": "/a", "args": [1]})") ==
        "config.json: hooks.poststop[0].args[0]: expected a string, got 1");
  CHECK(of_hook(R"({"path": "/a", "env": ["=b"]})") ==
        "config.json: hooks.poststop[0].env[0]: expected NAME=value, got \"=b\"");
  for (const std::string seconds : {"0", "-1", "2147484"}) {
    CHECK(of_hook(R"({"path": "/a", "timeout": )" + seconds + "}") ==
          "config.json: hooks.poststop[0].timeout: expected an integer from 1 to 2147483, got " +
              seconds);
  }
  CHECK(refusal_of(R"("hooks": {"prestart": {}})") ==
        "config.json: hooks.prestart: expected an array, got an empty object");
  CHECK(refusal_of(R"("hooks": 7)") == "config.json: hooks: expected an object, got 7");
}

TEST_CASE("oci config: clocks, network devices and memory nodes by their own words") {
  const auto of_linux = [](const std::string& member) {
    return refusal_of(R"("linux": {)" + member + "}");
  };
  CHECK(of_linux(R"("timeOffsets": {"realtime": {"secs": 1}})") ==
        "config.json: linux.timeOffsets.realtime: there is no such clock to be set: expected "
        "\"monotonic\" or \"boottime\"");
  CHECK(
      of_linux(R"("timeOffsets": {"boottime": {"nanosecs": 1000000000}})") ==
      "config.json: linux.timeOffsets.boottime.nanosecs: expected an integer from 0 to 999999999, "
      "got 1000000000");
  CHECK(of_linux(R"("timeOffsets": {"boottime": 7})") ==
        "config.json: linux.timeOffsets.boottime: expected an object, got 7");
  CHECK(of_linux(R"("netDevices": {"a/b": {}})") ==
        "config.json: linux.netDevices[\"a/b\"]: this is no network device's name");
  for (const std::string name : {"a b", "..", "sixteen-letters-", "eth%s", "e%d%d"}) {
    CHECK(of_linux(R"("netDevices": {"eth0": {"name": ")" + name + "\"}}") ==
          "config.json: linux.netDevices.eth0.name: expected a network device's name, at most 15 "
          "bytes, got \"" +
              name + "\"");
  }
  CHECK(of_linux(R"("netDevices": {"eth0": {"name": "eth%d"}, "eth1": {}})") == "accepted");
  CHECK(of_linux(R"("memoryPolicy": {"nodes": "0"})") ==
        "config.json: linux.memoryPolicy.mode: is required");
  CHECK(of_linux(R"("memoryPolicy": {"mode": "BIND"})") ==
        "config.json: linux.memoryPolicy.mode: expected a mode of set_mempolicy(2), such as "
        "MPOL_BIND, got \"BIND\"");
  CHECK(of_linux(R"("memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-"})") ==
        "config.json: linux.memoryPolicy.nodes: expected a list of memory nodes such as \"0-3,7\", "
        "got \"0-\"");
  CHECK(of_linux(R"("memoryPolicy": {"mode": "MPOL_BIND", "flags": ["MPOL_F"]})") ==
        "config.json: linux.memoryPolicy.flags[0]: expected a flag of set_mempolicy(2), such as "
        "MPOL_F_STATIC_NODES, got \"MPOL_F\"");
}

TEST_CASE("oci config: intelRdt's words are lines of resctrl's, and its folder is a name") {
  const auto of_rdt = [](const std::string& member) {
    return refusal_of(R"("linux": {"intelRdt": {)" + member + "}}");
  };
  for (const std::string name : {"a/b", "..", "info", "mon_groups"}) {
    CHECK(of_rdt(R"("closID": ")" + name + '"') ==
          "config.json: linux.intelRdt.closID: expected a folder's name, or \"/\", got \"" + name +
              "\"");
  }
  CHECK(of_rdt(R"("schemata": ["L3:0=f\n"])") ==
        "config.json: linux.intelRdt.schemata[0]: must not hold a line break");
  CHECK(of_rdt(R"("memBwSchema": "L3:0=f")") ==
        "config.json: linux.intelRdt.memBwSchema: expected a line that begins with MB:, got "
        "\"L3:0=f\"");
}

TEST_CASE("oci config: privileges have their own places in errors") {
  CHECK(refusal_of_process(R"("capabilities": {"bounding": [7]})") ==
        "config.json: process.capabilities.bounding[0]: expected a string, got 7");
  CHECK(refusal_of_process(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 2, "hard": 1}])") ==
        "config.json: process.rlimits[0].soft: the soft limit is more than the hard limit");
  CHECK(refusal_of_process(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": -1}])") ==
        "config.json: process.rlimits[0].hard: expected an integer from 0 on, got -1");
  CHECK(refusal_of_process(R"("oomScoreAdj": 1001)") ==
        "config.json: process.oomScoreAdj: expected an integer from -1000 to 1000, got 1001");
  CHECK(refusal_of(R"("linux": {"sysctl": {"": "1"}})") ==
        "config.json: linux.sysctl: a key is empty");
}

TEST_CASE("oci config: a mapping has three numbers, and no id is 2^32-1") {
  for (const std::string key : {"uidMappings", "gidMappings"}) {
    const auto refusal = [&](const std::string& value) {
      return refusal_of(fmt::format(R"("linux": {{"{}": {}}})", key, value));
    };
    const std::string place = "config.json: linux." + key;
    CHECK(refusal("[]") == "accepted");
    CHECK(refusal(R"([{"containerID": 0, "hostID": 4294967294, "size": 1}])") == "accepted");
    CHECK(refusal("{}") == place + ": expected an array, got an empty object");
    CHECK(refusal("[7]") == place + "[0]: expected an object, got 7");
    CHECK(refusal(R"([{"size": 1, "hostID": 0}])") == place + "[0].containerID: is required");
    CHECK(refusal(R"([{"containerID": 0, "size": 1}])") == place + "[0].hostID: is required");
    CHECK(refusal(R"([{"containerID": 0, "hostID": 0}])") == place + "[0].size: is required");
    CHECK(refusal(R"([{"containerID": 0, "hostID": 0, "size": 0}])") ==
          place + "[0].size: expected an integer from 1 to 4294967295, got 0");
    CHECK(refusal(R"([{"containerID": 5, "hostID": 9, "size": 4294967287}])") ==
          place + "[0].size: expected an integer from 1 to 4294967286, got 4294967287");
    CHECK(refusal(R"([{"containerID": -1, "hostID": 0, "size": 1}])") ==
          place + "[0].containerID: expected an integer from 0 to 4294967294, got -1");
    CHECK(refusal(R"([{"containerID": 0, "hostID": 4294967295, "size": 1}])") ==
          place + "[0].hostID: expected an integer from 0 to 4294967294, got 4294967295");
  }
  const std::string map = R"([{"containerID": 0, "hostID": 5, "size": 1}])";
  CHECK(refusal_of(R"("mounts": [{"destination": "/a", "uidMappings": )" + map + "}]") ==
        "config.json: mounts[0]: uidMappings and gidMappings must be given together");
  CHECK(refusal_of(R"("mounts": [{"destination": "/a", "uidMappings": )" + map +
                   R"(, "gidMappings": )" + map + "}]") == "accepted");
}

TEST_CASE("oci config: unknown fields and other platforms' sections are ignored") {
  CHECK(refusal_of(R"("x": 1, "windows": {"layerFolders": ["a"]}, "solaris": {"milestone": "m"},
                      "zos": {"a": 1}, "freebsd": {"a": 1}, "linux": {"y": [2]},
                      "process": {"args": ["sh"], "z": {}, "commandLine": "sh",
                                  "user": {"uid": 0, "gid": 0, "username": "x"}})") == "accepted");
}

}  // namespace
}  // namespace lockstep::oci
