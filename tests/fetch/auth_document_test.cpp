#include "rootfs-fetch/registry/auth_document.hpp"

#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using testing::text;

namespace {

const char* const kWhere = "config.json";

}  // namespace

TEST_CASE("credentials: what is written is read again") {
  const Credential alice{"alice", "secret: word", ""};
  const std::string document = with_credential("", "localhost:5000", &alice, kWhere);
  CHECK(document.find("secret") == std::string::npos);
  const auto found = credential_in(document, "localhost:5000", kWhere);
  REQUIRE(found);
  CHECK(found->user == "alice");
  CHECK(found->password == "secret: word");
  CHECK_FALSE(credential_in(document, "localhost:5001", kWhere));
  const std::string without = with_credential(document, "localhost:5000", nullptr, kWhere);
  CHECK_FALSE(credential_in(without, "localhost:5000", kWhere));
}

TEST_CASE("credentials: passwords of each length, for base64 pads them") {
  for (const char* password : {"1", "12", "123", "1234", "12345"}) {
    const Credential one{"u", password, ""};
    const auto found = credential_in(with_credential("{}", "h", &one, kWhere), "h", kWhere);
    REQUIRE(found);
    CHECK(found->password == password);
  }
}

TEST_CASE("credentials: docker's names for its own registry, and for others") {
  const char* const document =
      R"({"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"},"https://one.example/v2/":{"auth":"Yzpk"},
                   "two.example":{"username":"e","password":"f"},"three.example":{},
                   "four.example":{"identitytoken":"t"}}})";
  CHECK(credential_in(document, "docker.io", kWhere)->user == "a");
  CHECK(credential_in(document, "one.example", kWhere)->password == "d");
  CHECK(credential_in(document, "two.example", kWhere)->password == "f");
  CHECK_FALSE(credential_in(document, "three.example", kWhere));
  CHECK(credential_in(document, "four.example", kWhere)->identity_token == "t");
}

TEST_CASE("credentials: helpers") {
  const char* const document = R"({"credsStore":"desktop","credHelpers":{"one.example":"pass"}})";
  CHECK(helper_in(document, "one.example", kWhere) == "pass");
  CHECK(helper_in(document, "two.example", kWhere) == "desktop");
  CHECK(helper_in("{}", "two.example", kWhere).empty());
  const auto answer = helpers_answer(R"({"ServerURL":"x","Username":"u","Secret":"s"})", "helper");
  REQUIRE(answer);
  CHECK(answer->password == "s");
  const auto token = helpers_answer(R"({"Username":"<token>","Secret":"s"})", "helper");
  REQUIRE(token);
  CHECK(token->user.empty());
  CHECK(token->identity_token == "s");
}

TEST_CASE("credentials: what is wrong is named with its place") {
  try {
    credential_in(R"({"auths":{"h":{"auth":"!!"}}})", "h", kWhere);
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(text(error.what()) == doctest::Contains("config.json: auths.h.auth"));
  }
  CHECK_THROWS_AS(credential_in("[", "h", kWhere), Error);
  CHECK_THROWS_AS(with_credential("[]", "h", nullptr, kWhere), Error);
}
