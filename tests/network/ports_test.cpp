#include "05-network/ports.hpp"

#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using namespace lockstep::net;

TEST_CASE("ports: read and written") {
  struct Pair {
    const char* text;
    const char* words;
  };
  for (const Pair& pair :
       {Pair{"8080:80", "8080:80/tcp"}, Pair{"8080:80/tcp", "8080:80/tcp"},
        Pair{"53:53/udp", "53:53/udp"}, Pair{"127.0.0.1:80:8080", "127.0.0.1:80:8080/tcp"},
        Pair{"0.0.0.0:80:80", "80:80/tcp"},
        Pair{"[2001:db8::1]:80:80/udp", "[2001:db8::1]:80:80/udp"},
        Pair{"8000-8010:9000-9010", "8000-8010:9000-9010/tcp"},
        Pair{"[::]:1:65535", "[::]:1:65535/tcp"}}) {
    CAPTURE(pair.text);
    CHECK(parse_port(pair.text).words() == pair.words);
    CHECK(parse_port(parse_port(pair.text).words()).words() == pair.words);
  }
}

TEST_CASE("ports: what is none, and why") {
  struct Wrong {
    const char* text;
    const char* why;
  };
  for (const Wrong& wrong :
       {Wrong{"", "the port of the host's is missing"},
        Wrong{"80", "the port of the host's is missing"}, Wrong{":80", "\"\" is no port"},
        Wrong{"80:", "\"\" is no port"}, Wrong{"0:80", "\"0\" is no port"},
        Wrong{"80:65536", "\"65536\" is no port"}, Wrong{"80:80/sctp", "tcp or udp"},
        Wrong{"80:80/", "tcp or udp"}, Wrong{"x:80:80", "\"x\" is no address"},
        Wrong{"10.0.0.1:80", "\"10.0.0.1\" is no port"}, Wrong{"::1:80:80", "is no address"},
        Wrong{"[::2:80:80", "]:"}, Wrong{"8000-8010:80-81", "the same length"},
        Wrong{"81-80:81-80", "ends before it begins"}, Wrong{"[::1]:80:80", "nothing from ::1"},
        Wrong{"-1:80", "is no port"}, Wrong{"+80:80", "is no port"},
        Wrong{"80 :80", "is no port"}}) {
    CAPTURE(wrong.text);
    try {
      parse_port(wrong.text);
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.what() == doctest::Contains(wrong.why));
    }
  }
}

TEST_CASE("ports: who is in whose way") {
  const auto clash = [](const char* one, const char* other) {
    const bool both = parse_port(one).clashes_with(parse_port(other));
    CHECK(both == parse_port(other).clashes_with(parse_port(one)));
    return both;
  };
  CHECK(clash("80:1", "80:2"));
  CHECK_FALSE(clash("80:1", "80:1/udp"));
  CHECK_FALSE(clash("80:1", "81:1"));
  CHECK(clash("80:1", "127.0.0.1:80:1"));
  CHECK_FALSE(clash("10.0.0.1:80:1", "127.0.0.1:80:1"));
  CHECK(clash("80-90:1-11", "90-100:1-11"));
  CHECK_FALSE(clash("80-90:1-11", "91-100:1-10"));
}
