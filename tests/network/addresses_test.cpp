#include "05-network/addresses.hpp"

#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using namespace lockstep::net;

TEST_CASE("addresses: read and written") {
  for (const char* text : {"0.0.0.0", "10.77.0.2", "255.255.255.255", "::", "::1", "fd00::2",
                           "2001:db8:1:2:3:4:5:6", "::ffff:10.0.0.1"}) {
    const auto ip = parse_ip(text);
    REQUIRE(ip);
    CHECK(ip->words() == text);
  }
  for (const char* text :
       {"", "10", "10.77.0", "10.77.0.256", "10.77.0.2/24", " 10.77.0.2", "fe80::1%eth0", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip(text));
  }
  CHECK(parse_ip("10.77.0.2")->bytes() == std::string("\x0a\x4d\x00\x02", 4));
  CHECK(parse_ip("fd00::2")->bytes() == std::string("\xfd") + std::string(14, '\0') + '\x02');
  CHECK(parse_ip("127.9.9.9")->is_loopback());
  CHECK(parse_ip("::1")->is_loopback());
  CHECK_FALSE(parse_ip("128.0.0.1")->is_loopback());
}

TEST_CASE("subnets: bounds of every size") {
  const Subnet small = parse_subnet("10.77.5.248/29");
  CHECK(small.size() == 8);
  CHECK(small.contains(*parse_ip("10.77.5.255")));
  CHECK_FALSE(small.contains(*parse_ip("10.77.6.0")));
  CHECK_FALSE(small.contains(*parse_ip("::")));
  CHECK_FALSE(is_usable(small, *parse_ip("10.77.5.248")));
  CHECK_FALSE(is_usable(small, *parse_ip("10.77.5.255")));
  CHECK(is_usable(small, *parse_ip("10.77.5.254")));
  CHECK(parse_subnet("10.0.0.0/8").overlaps(small));
  CHECK(small.overlaps(parse_subnet("10.0.0.0/8")));
  CHECK_FALSE(small.overlaps(parse_subnet("10.77.5.240/29")));
  CHECK(parse_subnet("fd00::/64").size() == UINT64_MAX);
  CHECK(parse_subnet("fd00::/126").size() == 4);
  CHECK(is_usable(parse_subnet("fd00::/126"), *parse_ip("fd00::3")));
  CHECK_FALSE(is_usable(parse_subnet("fd00::/126"), *parse_ip("fd00::")));
  CHECK(parse_subnet("0.0.0.0/0").contains(*parse_ip("255.1.2.3")));
  CHECK(parse_subnet("fd00:0:0:1::/64").contains(*parse_ip("fd00:0:0:1:ffff::1")));
  CHECK_FALSE(parse_subnet("fd00:0:0:1::/64").contains(*parse_ip("fd00:0:0:2::1")));
}

TEST_CASE("subnets: what is none") {
  for (const char* text : {"", "/", "10.77.0.0", "10.77.0.0/", "10.77.0.0/33", "10.77.0.0/-1",
                           "10.77.0.0/24x", "fd00::/129", "x/24", "10.77.0.1/24"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_subnet(text), Error);
  }
}

TEST_CASE("subnets: the lowest free address, until there is none") {
  const Subnet subnet = parse_subnet("10.77.5.0/29");
  std::set<Ip> taken = {*parse_ip("10.77.5.1"), *parse_ip("10.77.5.3")};
  for (const char* expected : {"10.77.5.2", "10.77.5.4", "10.77.5.5", "10.77.5.6"}) {
    const Ip ip = first_free(subnet, taken);
    CHECK(ip.words() == expected);
    taken.insert(ip);
  }
  CHECK_THROWS_AS(first_free(subnet, taken), Error);
  CHECK(first_free(parse_subnet("fd00::/64"), {*parse_ip("fd00::1")}).words() == "fd00::2");
}

TEST_CASE("MAC addresses") {
  CHECK(mac_for(*parse_ip("10.77.0.2")) == "02:6c:0a:4d:00:02");
  CHECK(parse_mac("02:6c:0a:4d:00:02") == std::string("\x02\x6c\x0a\x4d\x00\x02", 6));
  for (const char* text :
       {"", "02", "02:6c:0a:4d:00", "02:6c:0a:4d:00:02:03", "2:6c:0a:4d:00:02", "02:6c:0a:4d:00:0g",
        "01:00:00:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mac(text));
  }
}
