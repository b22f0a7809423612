#include "common/images/documents.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using testing::text;
using namespace lockstep::images;

namespace {

const std::string kOne = "sha256:" + std::string(64, '1');
const std::string kTwo = "sha256:" + std::string(64, '2');

template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE(
    "images: a digest is sha256 and 64 lower-case hexadecimal digits, so that it can be a path") {
  CHECK(is_digest(kOne));
  CHECK_FALSE(is_digest(""));
  CHECK_FALSE(is_digest("sha256:"));
  CHECK_FALSE(is_digest("sha256:" + std::string(63, '1')));
  CHECK_FALSE(is_digest("sha256:" + std::string(65, '1')));
  CHECK_FALSE(is_digest("sha256:" + std::string(63, '1') + "A"));
  CHECK_FALSE(is_digest("sha256:" + std::string(61, '1') + "/.."));
  CHECK_FALSE(is_digest("sha512:" + std::string(64, '1')));
}

TEST_CASE("images: the index keeps what other tools wrote into it") {
  const std::string theirs =
      R"({"schemaVersion":2,"annotations":{"made.by":"somebody"},"manifests":[)"
      R"({"mediaType":"x/y","digest":")" +
      kOne + R"(","size":7,"platform":{"os":"linux","architecture":"arm64"}}]})";
  const std::string both = with_entry(theirs, "busybox", {kManifestType, kTwo, 12});
  CHECK(text(both) == doctest::Contains(R"("made.by":"somebody")"));
  CHECK(text(both) == doctest::Contains(R"("architecture":"arm64")"));
  const auto entries = read_index(both);
  REQUIRE(entries.size() == 2);
  CHECK_FALSE(entries[0].name.has_value());
  CHECK(entries[1].name == "busybox");
  CHECK(entries[1].descriptor.digest == kTwo);
  CHECK(entries[1].descriptor.size == 12);

  const auto changed = read_index(with_entry(both, "busybox", {kManifestType, kOne, 13}));
  REQUIRE(changed.size() == 2);
  CHECK(changed[1].descriptor.size == 13);
  CHECK(read_index(without_entry(both, "busybox")).size() == 1);
  CHECK(read_index(without_entry(both, "no such name")).size() == 2);
}

TEST_CASE("images: a manifest and a config are read as they were written") {
  const Manifest manifest = read_manifest(
      write_manifest({{kConfigType, kOne, 3}, {{kGzipLayerType, kTwo, 4}}}), "the manifest");
  CHECK(manifest.config.digest == kOne);
  REQUIRE(manifest.layers.size() == 1);
  CHECK(manifest.layers[0].media_type == kGzipLayerType);
  CHECK(manifest.layers[0].size == 4);

  ImageConfig config;
  config.architecture = "arm64";
  config.os = "linux";
  config.env = {"PATH=/bin"};
  config.entrypoint = {"/bin/init"};
  config.cmd = {"sh", "-c", "true"};
  config.diff_ids = {kOne, kTwo};
  config.created_by = "a test";
  const ImageConfig again = read_config(write_config(config), "the config");
  CHECK(again.architecture == config.architecture);
  CHECK(again.env == config.env);
  CHECK(again.entrypoint == config.entrypoint);
  CHECK(again.cmd == config.cmd);
  CHECK(again.diff_ids == config.diff_ids);
  CHECK(again.created_by == config.created_by);
}

TEST_CASE("images: a broken document's error says which, and where in it") {
  CHECK(text(error_of([] { read_index("{\"manifests\": [}"); })) ==
        doctest::Contains("index.json: line 1"));
  CHECK(text(error_of([] { read_index("[]"); })) ==
        doctest::Contains("index.json: expected an object"));
  CHECK(text(error_of([] { read_index(R"({"manifests":[{"mediaType":"x","size":1}]})"); })) ==
        doctest::Contains("index.json: manifests[0].digest: is required"));
  CHECK(text(error_of([] {
          read_index(R"({"manifests":[{"mediaType":"x","digest":"sha256:../..","size":1}]})");
        })) ==
        doctest::Contains(
            "index.json: manifests[0].digest: expected sha256: and 64 hexadecimal digits"));
  CHECK(text(error_of([] {
          read_index(R"({"manifests":[{"mediaType":"x","digest":")" + kOne + R"(","size":-1}]})");
        })) == doctest::Contains("index.json: manifests[0].size: expected an integer"));
  CHECK(text(error_of([] { read_manifest("{}", "the manifest M"); })) ==
        doctest::Contains("the manifest M: config: is required"));
  CHECK(text(error_of([] {
          read_config(R"({"architecture":"amd64","os":"linux","rootfs":{"diff_ids":["sha256:x"]}})",
                      "the config C");
        })) == doctest::Contains("the config C: rootfs.diff_ids[0]: expected sha256:"));
  CHECK(text(error_of([] { read_index(std::string(1 << 20, '[')); })) ==
        doctest::Contains("index.json: more than 100 levels"));
}

TEST_CASE("images: references_in finds what a document of any kind points to") {
  const auto found =
      references_in(R"({"subject":{"mediaType":"a+json","digest":")" + kOne +
                        R"("},"deep":[{"rootfs":{"diff_ids":[")" + kTwo + R"("]}}]})",
                    "a document");
  REQUIRE(found.size() == 2);
  for (const Descriptor& one : found) {
    if (one.digest == kOne) CHECK(one.media_type == "a+json");
    if (one.digest == kTwo) CHECK(one.media_type.empty());
  }
}
