#include "rootfs-fetch/registry/challenge.hpp"

#include "tests/support/doctest.hpp"

using namespace lockstep;
using fetch::parse_challenges;

TEST_CASE("challenges: a registry's bearer challenge") {
  const auto all = parse_challenges(
      R"(Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push")");
  REQUIRE(all.size() == 1);
  CHECK(all[0].scheme == "bearer");
  CHECK(all[0].parameter("realm") == "https://auth.example/token");
  CHECK(all[0].parameter("service") == "registry.example");
  CHECK(all[0].parameter("scope") == "repository:a/b:pull,push");
  CHECK(all[0].parameter("error").empty());
}

TEST_CASE("challenges: several in one header, in any case, with any spaces") {
  const auto all = parse_challenges(R"(BASIC Realm="one", bearer  REALM = "two" , service=three)");
  REQUIRE(all.size() == 2);
  CHECK(all[0].scheme == "basic");
  CHECK(all[0].parameter("realm") == "one");
  CHECK(all[1].scheme == "bearer");
  CHECK(all[1].parameter("realm") == "two");
  CHECK(all[1].parameter("service") == "three");
}

TEST_CASE("challenges: quoted quotes, commas and equals signs") {
  const auto all = parse_challenges(R"(Basic realm="a \"b\", c=d",charset="UTF-8")");
  REQUIRE(all.size() == 1);
  CHECK(all[0].parameter("realm") == R"(a "b", c=d)");
  CHECK(all[0].parameter("charset") == "UTF-8");
}

TEST_CASE("challenges: a scheme alone, and what can't be understood") {
  REQUIRE(parse_challenges("Negotiate").size() == 1);
  CHECK(parse_challenges("Negotiate")[0].scheme == "negotiate");
  CHECK(parse_challenges("").empty());
  CHECK(parse_challenges(",,  ,").empty());
  CHECK(parse_challenges("realm=\"x\"").empty());
  CHECK(parse_challenges("\"\"").empty());
  const auto open = parse_challenges("Bearer realm=\"never closed");
  REQUIRE(open.size() == 1);
  CHECK(open[0].parameter("realm") == "never closed");
  CHECK(parse_challenges("Bearer realm=\"ends in \\").size() == 1);
}
