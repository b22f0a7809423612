#include "02-pid/ps_table.hpp"
#include "07-cgroup/counters/parse.hpp"
#include "07-cgroup/duration.hpp"
#include "07-cgroup/live_table.hpp"
#include "07-cgroup/stats.hpp"
#include "07-cgroup/top.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

// How the kernel's counters are read, and what people are shown of them.

namespace lockstep::cgroup {
namespace {

using std::chrono::milliseconds;
using testing::error_of;

TEST_CASE("counters: lines of a name and a number") {
  const auto counts = parse_counts("anon 4096\nfile 0\n\nbroken\nshmem x\nlimit max\na b c\n");
  CHECK(counts.size() == 3);
  CHECK(of(counts, "anon") == 4096);
  CHECK(of(counts, "limit") == kNoLimit);
  CHECK(of(counts, "no such") == 0);
  CHECK(parse_count("-1") == std::nullopt);
  CHECK(parse_count("18446744073709551615") == kNoLimit);
  CHECK(parse_count("18446744073709551616") == std::nullopt);
}

TEST_CASE("counters: a set of CPUs") {
  CHECK(parse_set("0-2,7") == std::vector<unsigned>{0, 1, 2, 7});
  CHECK(parse_set("3") == std::vector<unsigned>{3});
  CHECK(parse_set("").empty());
  CHECK(parse_set("0-4294967295").size() == 8192);
}

TEST_CASE("counters: disks, of version 1") {
  const auto all = parse_io_v1(
      "8:0 Read 512\n8:0 Write 1024\n8:0 Discard 0\n8:0 Total 1536\n253:16 Read 7\nTotal 1543\n");
  REQUIRE(all.size() == 4);
  CHECK(all[1].major == 8);
  CHECK(all[1].operation == "Write");
  CHECK(all[1].value == 1024);
  CHECK(all[3].major == 253);
  CHECK(all[3].minor == 16);
}

TEST_CASE("counters: disks, of version 2") {
  const std::string text =
      "8:16 rbytes=512 wbytes=1024 rios=1 wios=2 dbytes=9 dios=9\n"
      "254:0\n";  // a disk with nothing to tell
  const auto bytes = parse_io_v2(text, "rbytes", "wbytes");
  REQUIRE(bytes.size() == 2);
  CHECK(bytes[0].minor == 16);
  CHECK(bytes[0].operation == "Read");
  CHECK(bytes[0].value == 512);
  CHECK(bytes[1].value == 1024);
  CHECK(parse_io_v2(text, "rios", "wios")[1].value == 2);
}

TEST_CASE("counters: pressure") {
  const Pressure pressure = parse_pressure(
      "some avg10=1.50 avg60=0.25 avg300=0.00 total=125486708\n"
      "full avg10=0.00 avg60=0.00 avg300=99.99 total=7\n");
  CHECK(pressure.some.avg10 == doctest::Approx(1.5));
  CHECK(pressure.some.total == 125486708);
  CHECK(pressure.full.avg300 == doctest::Approx(99.99));
  CHECK(parse_pressure("some avg10=1.00 avg60=0 avg300=0 total=5\n").full.total == 0);
}

TEST_CASE("counters: interfaces, without lo") {
  const auto all = parse_interfaces(
      "Inter-|   Receive                            |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
      "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
      "  eth0:2685 74292 3 4 0 0 0 0 3221 43565 11 12 0 0 0 0\n"
      "broken: 1 2\n");
  REQUIRE(all.size() == 1);
  CHECK(all[0].name == "eth0");
  CHECK(all[0].rx_bytes == 2685);
  CHECK(all[0].rx_dropped == 4);
  CHECK(all[0].tx_bytes == 3221);
  CHECK(all[0].tx_packets == 43565);
  CHECK(all[0].tx_errors == 11);
}

TEST_CASE("stats: sizes, as docker rounds them") {
  CHECK(binary_size(0) == "0B");
  CHECK(binary_size(1023) == "1023B");
  CHECK(binary_size(1024) == "1KiB");
  CHECK(binary_size(1'572'864) == "1.5MiB");
  CHECK(binary_size(1'048'575) == "1MiB");
  CHECK(binary_size(kNoLimit) == "16EiB");
  CHECK(decimal_size(999) == "999B");
  CHECK(decimal_size(999'600) == "1MB");
  CHECK(decimal_size(1'234'000) == "1.23MB");
}

TEST_CASE("stats: shares of the CPU and of memory") {
  const auto start = std::chrono::steady_clock::time_point();
  Sample before{{}, start};
  before.counters.cpu.emplace().total = 1'000'000'000;
  Sample now = before;
  now.time = start + milliseconds(2'000);
  now.counters.cpu->total += 3'000'000'000;
  auto& memory = now.counters.memory.emplace();
  memory.usage = {3 << 20, 0, kNoLimit, 0};
  memory.inactive_file = 1 << 20;
  now.counters.interfaces.emplace().push_back({"eth0", 1'500, 0, 0, 0, 20, 0, 0, 0});
  const Stats stats = stats_of("x", &before, now, 64 << 20);
  CHECK(stats.cpu == "150.00%");
  CHECK(stats.memory == "2MiB / 64MiB");  // no limit: the machine's
  CHECK(stats.memory_share == "3.12%");
  CHECK(stats.network == "1.5kB / 20B");
  CHECK(stats.disk == "-- / --");
  CHECK(stats.pids == "--");
  CHECK(stats_of("x", nullptr, now, 1).cpu == "--");
  CHECK(rows_of({stats})[1][1] == "150.00%");
  CHECK(json_line(stats).find(R"("MemUsage":"2MiB / 64MiB")") != std::string::npos);
}

TEST_CASE("stats: the machine's memory") {
  CHECK(machine_memory_of("MemTotal:        2048 kB\nMemFree: 1 kB\n") == 2'097'152);
  CHECK(machine_memory_of("") == kNoLimit);
}

TEST_CASE("stats: a table that fits a terminal") {
  CHECK(fitted("abc\ndef\n", 5, 80) == "abc\ndef\n");
  CHECK(fitted("abcdef\n", 5, 3) == "abc\n");
  CHECK(fitted("1\n2\n3\n4\n", 3, 80) == "1\n2\n(2 more)\n");
}

TEST_CASE("events: an interval as Go writes it") {
  CHECK(parse_duration("5s") == milliseconds(5'000));
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("1m30s") == milliseconds(90'000));
  CHECK(parse_duration("0.5h") == milliseconds(1'800'000));
  CHECK(parse_duration("24h") == milliseconds(86'400'000));
  for (const char* text : {"", "5", "s", "5x", "-5s", "0s", "1us", "25h", "5 s", "1.2.3s", "1e3s",
                           "9999999999999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("top: a container's lines among ps's") {
  const std::string printed =
      "UID   PID  PPID CMD\nroot    1     0 init\nroot   42     1 sleep 4\xe2\x80\xa6\x1b[2J 7\n\n";
  CHECK(pid::lines_of(printed, {42, 7}) ==
        "UID   PID  PPID CMD\nroot   42     1 sleep 4\xe2\x80\xa6?[2J 7\n");
  CHECK(error_of([] { pid::lines_of("USER CMD\nroot init\n", {1}); }).find("no column PID") !=
        std::string::npos);
  CHECK(error_of([] { pid::lines_of("CMD PID\na b 7\n", {7}); }).find("without a number") !=
        std::string::npos);
}

TEST_CASE("top: a time as ps writes it") {
  CHECK(cpu_time(0, 100) == "00:00:00");
  CHECK(cpu_time(6'599, 100) == "00:01:05");
  CHECK(cpu_time(100ULL * (2 * 86'400 + 3'661), 100) == "2-01:01:01");
}

}  // namespace
}  // namespace lockstep::cgroup
