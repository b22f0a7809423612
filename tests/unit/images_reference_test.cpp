#include "common/images/reference.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using images::Place;
using images::Reference;
using testing::text;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string error_of(const std::string& written) {
  try {
    Reference::parse(written);
  } catch (const Error& error) {
    return std::string(error.what()) + "\n" + error.hint();
  }
  return "no error";
}

std::string full(const std::string& written) { return Reference::parse(written).text(); }
std::string name(const std::string& written) { return Reference::parse(written).name(); }

}  // namespace

TEST_CASE("references: what is left out is docker.io, library/ and latest") {
  CHECK(full("busybox") == "docker.io/library/busybox:latest");
  CHECK(full("alpine:3.20") == "docker.io/library/alpine:3.20");
  CHECK(full("org/app") == "docker.io/org/app:latest");
  CHECK(full("localhost:5000/x/y:tag") == "localhost:5000/x/y:tag");
  CHECK(full("localhost/x") == "localhost/x:latest");
  CHECK(full("ghcr.io/org/app@" + kDigest) == "ghcr.io/org/app@" + kDigest);
  CHECK(full("[::1]:5000/x") == "[::1]:5000/x:latest");
  CHECK(full("index.docker.io/library/x") == "docker.io/library/x:latest");
  CHECK(full("docker.io/x") == "docker.io/library/x:latest");
  CHECK(full("EXAMPLE/x") == "EXAMPLE/x:latest");
  CHECK(full("docker://alpine") == "docker.io/library/alpine:latest");
}

TEST_CASE("references: only a name without a registry may be an image that is here") {
  CHECK(Reference::parse("busybox").is_short);
  CHECK(Reference::parse("org/app:1").is_short);
  CHECK_FALSE(Reference::parse("docker.io/busybox").is_short);
  CHECK_FALSE(Reference::parse("docker://busybox").is_short);
  CHECK_FALSE(Reference::parse("localhost:5000/busybox").is_short);
}

TEST_CASE("references: a digest says more than a tag") {
  const Reference both = Reference::parse("alpine:3.20@" + kDigest);
  CHECK(both.tag.empty());
  CHECK(both.digest == kDigest);
  CHECK(both.name() == "alpine@" + kDigest);
}

TEST_CASE("references: the name in the store is what people write") {
  CHECK(name("alpine") == "alpine:latest");
  CHECK(name("docker.io/library/alpine:3.20") == "alpine:3.20");
  CHECK(name("docker://org/app:1") == "org/app:1");
  CHECK(name("docker.io/library/a/b") == "library/a/b:latest");
  CHECK(name("localhost:5000/x/y:tag") == "localhost:5000/x/y:tag");
  CHECK(name("oci:some/layout:v1") == "v1");
  CHECK(name("oci:layout:docker.io/library/alpine:3") == "alpine:3");
  CHECK(name("oci:layout").empty());
  CHECK(name("docker-archive:image.tar").empty());
  CHECK(name("dir:/srv/roots/debian/") == "debian");
  CHECK(name("dir:debian") == "debian");
}

TEST_CASE("references: places that are no registry") {
  const Reference layout = Reference::parse("oci:/srv/layout:localhost:5000/x:1");
  CHECK(layout.place == Place::kLayout);
  CHECK(layout.path == "/srv/layout");
  CHECK(layout.selected == "localhost:5000/x:1");
  CHECK(layout.text() == "oci:/srv/layout:localhost:5000/x:1");
  CHECK(Reference::parse("docker-archive:a.tar").place == Place::kDockerArchive);
  CHECK(Reference::parse("oci-archive:a.tar").place == Place::kOciArchive);
  const Reference folder = Reference::parse("dir:/a:b");
  CHECK(folder.place == Place::kFolder);
  CHECK(folder.path == "/a:b");
}

TEST_CASE("references: an error quotes the wrong part and says what belongs there") {
  const std::string upper = error_of("localhost:5000/Org/app");
  CHECK(text(upper) == doctest::Contains("the repository's part \"Org\""));
  CHECK(text(upper) == doctest::Contains("lower-case"));
  CHECK(text(error_of("a//b")) == doctest::Contains("empty part"));
  CHECK(text(error_of("a/")) == doctest::Contains("empty part"));
  CHECK(text(error_of("a___b")) == doctest::Contains("part \"a___b\""));
  CHECK(text(error_of("-a")) == doctest::Contains("part \"-a\""));
  CHECK(text(error_of("../../etc")) == doctest::Contains("\"..\""));
  CHECK(text(error_of("a:")) == doctest::Contains("the tag \"\""));
  CHECK(text(error_of("a:b:c")) == doctest::Contains("the tag \"b:c\""));
  CHECK(text(error_of("a:" + std::string(129, 't'))) == doctest::Contains("the tag \"ttt"));
  CHECK(text(error_of("a@sha256:12")) == doctest::Contains("the digest \"sha256:12\""));
  CHECK(text(error_of("a@md5:12")) == doctest::Contains("64 of 0-9 a-f"));
  CHECK(text(error_of("host:99999/a")) == doctest::Contains("the registry \"host:99999\""));
  CHECK(text(error_of("host:/a")) == doctest::Contains("the registry \"host:\""));
  CHECK(text(error_of("ex..ample/a")) == doctest::Contains("the registry \"ex..ample\""));
  CHECK(text(error_of("[::1/a")) == doctest::Contains("the registry \"[::1\""));
  CHECK(text(error_of("")) == doctest::Contains("missing"));
  CHECK(text(error_of("oci:")) == doctest::Contains("the path is missing"));
  CHECK(text(error_of("oci:dir:")) == doctest::Contains("no name behind"));
  CHECK(text(error_of("a/" + std::string(260, 'x'))) == doctest::Contains("262 characters"));
  CHECK(error_of(std::string(1 << 20, 'A')).size() < 400);
}

TEST_CASE("references: what the store may call it") {
  const std::vector<std::string> busybox = {"busybox", "busybox:latest"};
  CHECK(images::names_in_store("busybox") == busybox);
  const std::vector<std::string> alpine = {"docker.io/library/alpine",
                                           "docker.io/library/alpine:latest", "alpine:latest"};
  CHECK(images::names_in_store("docker.io/library/alpine") == alpine);
  const std::vector<std::string> odd = {"Some Tool's name", "Some Tool's name:latest"};
  CHECK(images::names_in_store("Some Tool's name") == odd);
}
