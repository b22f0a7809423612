#include "rootfs-fetch/registry/remote_image.hpp"

#include "common/os/error.hpp"
#include "rootfs-fetch/registry/http.hpp"
#include "rootfs-fetch/sha256.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using testing::text;

namespace {

const std::string kDigest = "sha256:" + std::string(64, '1');
const std::string kDocker = "application/vnd.docker.";

RemoteDocument document(const std::string& content, const std::string& type = "") {
  return {type, content, digest_of(content)};
}

std::string manifest(const std::string& type, const std::string& config, const std::string& layer) {
  return R"({"schemaVersion":2,"mediaType":")" + type + R"(","config":{"mediaType":")" + config +
         R"(","digest":")" + kDigest + R"(","size":7},"layers":[{"mediaType":")" + layer +
         R"(","digest":")" + kDigest + R"(","size":9,"urls":["https://a.example/x"]}]})";
}

std::string error_of(const std::string& content, const std::string& type = "") {
  try {
    const RemoteDocument it = document(content, type);
    if (!is_index(it, "x")) read_image(it, "x");
  } catch (const Error& error) {
    return std::string(error.what()) + "\n" + error.hint();
  }
  return "no error";
}

}  // namespace

TEST_CASE("manifests: an OCI one stays byte for byte") {
  const std::string content =
      manifest(images::kManifestType, images::kConfigType, images::kZstdLayerType);
  const RemoteImage image = read_image(document(content), "x");
  CHECK(image.text == content);
  CHECK(image.manifest.digest == digest_of(content));
  CHECK(image.config.size == 7);
  REQUIRE(image.layers.size() == 1);
  CHECK(image.layers[0].blob.media_type == images::kZstdLayerType);
  CHECK(image.layers[0].urls == std::vector<std::string>{"https://a.example/x"});
}

TEST_CASE("manifests: Docker's schema 2 becomes the OCI's, with the same blobs") {
  const std::string content =
      manifest(kDocker + "distribution.manifest.v2+json", kDocker + "container.image.v1+json",
               kDocker + "image.rootfs.foreign.diff.tar.gzip");
  const RemoteImage image = read_image(document(content), "x");
  CHECK(image.digest == digest_of(content));
  CHECK(image.manifest.digest != image.digest);
  CHECK(image.manifest.digest == digest_of(image.text));
  CHECK(image.text.find("docker") == std::string::npos);
  const images::Manifest read = images::read_manifest(image.text, "x");
  CHECK(read.config.media_type == images::kConfigType);
  CHECK(read.layers[0].media_type ==
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
  CHECK(read.layers[0].digest == kDigest);
}

TEST_CASE("manifests: which are indexes, by what they say or what they look like") {
  CHECK(is_index(document(R"({"schemaVersion":2,"manifests":[]})"), "x"));
  CHECK(is_index(document(R"({"schemaVersion":2})", images::kIndexType), "x"));
  CHECK_FALSE(is_index(document(R"({"schemaVersion":2,"config":{}})", "text/plain"), "x"));
}

TEST_CASE("manifests: what is refused, and why") {
  CHECK(text(error_of(R"({"schemaVersion":1,"fsLayers":[]})")) == doctest::Contains("schema 1"));
  CHECK(text(error_of(R"({"schemaVersion":2,"mediaType":"application/pdf"})")) ==
        doctest::Contains("\"application/pdf\""));
  CHECK(text(error_of("<html>")) == doctest::Contains("x: line 1"));
  CHECK(text(error_of(manifest(images::kManifestType, "application/vnd.other+json",
                               images::kGzipLayerType))) == doctest::Contains("no image"));
  CHECK(text(error_of(manifest(images::kManifestType, images::kConfigType, "application/x"))) ==
        doctest::Contains("layers[0].mediaType"));
  std::string lie = manifest(images::kManifestType, images::kConfigType, images::kGzipLayerType);
  lie.replace(lie.find("\"size\":9"), 8, "\"size\":-9");
  CHECK(text(error_of(lie)) == doctest::Contains("layers[0].size"));
}

TEST_CASE("hosts: this machine's own addresses, and what only looks like them") {
  for (const char* own : {"localhost", "localhost:5000", "127.0.0.1:1", "127.1.2.3", "[::1]",
                          "[::1]:5000", "x.localhost:80"})
    CHECK_MESSAGE(is_loopback(own), own);
  for (const char* other : {"127.0.0.1.example", "localhost.example:5000", "10.0.0.1", "[::2]:5000",
                            "example:127", "128.0.0.1"})
    CHECK_MESSAGE(!is_loopback(other), other);
}

TEST_CASE("URLs: who is spoken to") {
  CHECK(origin_of("https://Example.org/a?b") == "https://example.org:443");
  CHECK(origin_of("http://a:5000/") == "http://a:5000");
  CHECK(origin_of("https://user@a/") == origin_of("https://a:443/x"));
  CHECK_THROWS_AS(origin_of("ftp://a/"), Error);
  CHECK_THROWS_AS(origin_of("file:///etc/passwd"), Error);
  CHECK_THROWS_AS(origin_of("nonsense"), Error);
}
