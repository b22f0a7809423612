#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/oci/config_json.hpp"
#include "common/oci/config_json_value.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::oci {
namespace {

using Strings = std::vector<std::string>;

const char* const kEverything = R"({
  "ociVersion": "1.0.2-dev",
  "process": {
    "terminal": true,
    "consoleSize": {"height": 25, "width": 80},
    "cwd": "/srv",
    "env": ["PATH=/bin", "EMPTY="],
    "args": ["sh", "-c", "true"],
    "user": {"uid": 1000, "gid": 4294967294, "umask": 63, "additionalGids": [5, 6]}
  },
  "root": {"path": "rootfs", "readonly": true},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "data", "type": "none", "source": "/volumes/x", "options": ["rbind", "ro"],
     "uidMappings": [{"containerID": 0, "hostID": 7, "size": 1}],
     "gidMappings": [{"containerID": 0, "hostID": 8, "size": 1}]}
  ],
  "hostname": "box",
  "domainname": "example.test",
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/a"}],
    "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1},
                    {"containerID": 1, "hostID": 100000, "size": 65536}],
    "gidMappings": [{"containerID": 0, "hostID": 100, "size": 1}],
    "devices": [
      {"type": "c", "path": "/dev/fuse", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 5},
      {"type": "p", "path": "/run/pipe"}
    ],
    "rootfsPropagation": "slave",
    "maskedPaths": ["/proc/kcore"],
    "readonlyPaths": ["/proc/sys"]
  },
  "annotations": {"com.example.key": "value", "io.lockstep.init": "true"}
})";

TEST_CASE("oci config: process, root, host names and annotations are read") {
  const Config config = read_config(kEverything);
  CHECK(config.oci_version == "1.0.2-dev");
  const Process& process = config.process;
  CHECK(process.terminal);
  REQUIRE(process.console_size.has_value());
  CHECK(process.console_size->height == 25);
  CHECK(process.console_size->width == 80);
  CHECK(process.cwd == "/srv");
  CHECK(process.env == Strings{"PATH=/bin", "EMPTY="});
  CHECK(process.args == Strings{"sh", "-c", "true"});
  CHECK(process.user.uid == 1000);
  CHECK(process.user.gid == 4294967294);
  CHECK(process.user.umask == mode_t{077});
  CHECK(process.user.additional_gids == std::vector<gid_t>{5, 6});
  CHECK(config.root.path == "rootfs");
  CHECK(config.root.readonly);
  CHECK(config.hostname == "box");
  CHECK(config.domainname == "example.test");
  CHECK(config.annotations.at("com.example.key") == "value");
  CHECK(annotated(config, kInitAnnotation));
  CHECK_FALSE(annotated(config, kNoPivotAnnotation));
}

TEST_CASE("oci config: mounts and linux are read, a relative destination from /") {
  const Config config = read_config(kEverything);
  REQUIRE(config.mounts.size() == 2);
  CHECK(config.mounts[0].type == "proc");
  CHECK(config.mounts[0].options.empty());
  CHECK(config.mounts[1].destination == "/data");
  CHECK(config.mounts[1].source == "/volumes/x");
  CHECK(config.mounts[1].options == Strings{"rbind", "ro"});
  REQUIRE(config.mounts[1].uid_mappings.size() == 1);
  CHECK(config.mounts[1].uid_mappings[0].host_id == 7);
  CHECK(config.mounts[1].gid_mappings[0].host_id == 8);
  REQUIRE(config.linux.uid_mappings.size() == 2);
  CHECK(config.linux.uid_mappings[1].container_id == 1);
  CHECK(config.linux.uid_mappings[1].host_id == 100000);
  CHECK(config.linux.uid_mappings[1].size == 65536);
  CHECK(config.linux.gid_mappings[0].host_id == 100);
  REQUIRE(config.linux.namespaces.size() == 2);
  CHECK(config.linux.namespaces[0].type == "pid");
  CHECK(config.linux.namespaces[0].path.empty());
  CHECK(config.linux.namespaces[1].path == "/run/netns/a");
  REQUIRE(config.linux.devices.size() == 2);
  const Device& fuse = config.linux.devices[0];
  CHECK(fuse.path == "/dev/fuse");
  CHECK(fuse.major == 10);
  CHECK(fuse.minor == 229);
  CHECK(fuse.file_mode == mode_t{0666});
  CHECK(fuse.uid == uid_t{0});
  CHECK(fuse.gid == gid_t{5});
  CHECK(config.linux.devices[1].type == "p");
  CHECK_FALSE(config.linux.devices[1].file_mode.has_value());
  CHECK(config.linux.rootfs_propagation == "slave");
  CHECK(config.linux.masked_paths == Strings{"/proc/kcore"});
  CHECK(config.linux.readonly_paths == Strings{"/proc/sys"});
}

TEST_CASE("oci config: what is written reads back as the same, and nothing empty is written") {
  using nlohmann::json;
  json expected = json::parse(kEverything);
  expected["mounts"][1]["destination"] = "/data";
  const std::string written = write_config(read_config(kEverything));
  CHECK(json::parse(written) == expected);
  CHECK(write_config(read_config(written)) == written);
  CHECK(json::parse(write_config(Config{})) == json{{"ociVersion", "1.3.0"}});
  CHECK(write_config(read_config(write_config(Config{}))) == write_config(Config{}));
}

TEST_CASE("oci config: without a root there may be no working directory either") {
  Config config;
  config.process.args = {"sh"};
  config.hostname = "box";
  config.linux.namespaces = {{"uts", ""}};
  const Config back = read_config(write_config(config));
  CHECK(back.process.cwd.empty());
  CHECK(back.process.args == Strings{"sh"});
  CHECK(back.root.path.empty());
}

TEST_CASE("oci config: runc's recursive propagation words are the spec's") {
  const Config config =
      read_config(R"({"ociVersion": "1.0.2", "linux": {"rootfsPropagation": "rslave"}})");
  CHECK(config.linux.rootfs_propagation == "slave");
}

TEST_CASE(
    "oci config: hooks, clocks, network devices, memory nodes and caches are written as read") {
  const std::string text = R"({"ociVersion": "1.3.0",
    "linux": {"timeOffsets": {"boottime": {"secs": -7, "nanosecs": 5}},
              "netDevices": {"eth0": {"name": "lan%d"}, "eth1": {}},
              "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"]},
              "intelRdt": {"closID": "a", "l3CacheSchema": "L3:0=f", "memBwSchema": "MB:0=20",
                           "schemata": ["L2:0=f"], "enableMonitoring": true}},
    "hooks": {"prestart": [{"path": "/a"}],
              "createRuntime": [{"path": "/b", "args": ["b", "c"], "env": ["D=e"], "timeout": 3}],
              "createContainer": [{"path": "/c"}], "startContainer": [{"path": "/d"}],
              "poststart": [{"path": "/e"}], "poststop": [{"path": "/f"}, {"path": "/g"}]}})";
  const std::string written = write_config(read_config(text));
  CHECK(write_config(read_config(written)) == written);
  const Config config = read_config(written);
  CHECK(config.linux.time_offsets.at("boottime").seconds == -7);
  CHECK(config.linux.time_offsets.at("boottime").nanoseconds == 5);
  CHECK(config.linux.net_devices ==
        std::map<std::string, std::string>{{"eth0", "lan%d"}, {"eth1", "eth1"}});
  CHECK(config.linux.memory_policy.value().nodes == "0-1");
  CHECK(config.linux.intel_rdt.value().schemata == Strings{"L2:0=f"});
  CHECK(config.linux.intel_rdt.value().enable_monitoring);
  CHECK(config.hooks.create_runtime.at(0).args == Strings{"b", "c"});
  CHECK(config.hooks.create_runtime.at(0).timeout == 3);
  CHECK(config.hooks.poststop.at(1).path == "/g");
  CHECK(!config.hooks.empty());
}

TEST_CASE("oci config: a refused field comes with a way out") {
  try {
    read_config(R"({"ociVersion": "1.0.2", "vm": {"kernel": {"path": "/k"}}})");
    FAIL("accepted a virtual machine");
  } catch (const Error& error) {
    CHECK(error.hint().c_str() == doctest::Contains("remove the field"));
  }
}

TEST_CASE("oci config: bytes that are not UTF-8 are written as U+FFFD") {
  Config config;
  config.process.args = {"printf", "\xff!"};
  CHECK(read_config(write_config(config)).process.args[1] == "\xef\xbf\xbd!");
}

TEST_CASE("oci config: as a part of a larger document its errors name the whole way") {
  nlohmann::json state = {{"id", "box"}};
  state["config"] = config_to_json(read_config(kEverything));
  const JsonPlace place(state, "state.json");
  CHECK(write_config(config_from_json(place.required("config"))) ==
        write_config(read_config(kEverything)));
  state["config"]["process"]["args"][1] = 7;
  try {
    config_from_json(place.required("config"));
    FAIL("accepted a number as an argument");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "state.json: config.process.args[1]: expected a string, got 7");
  }
}

}  // namespace
}  // namespace lockstep::oci
