// Layers that no sane tool writes, and what unpacking them must not do.

#include <sys/stat.h>

#include <filesystem>

#include "common/os/error.hpp"
#include "rootfs-fetch/byte_source.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/sha256.hpp"
#include "rootfs-fetch/size_limit.hpp"
#include "rootfs-fetch/unpack.hpp"
#include "rootfs-fetch/write_layer.hpp"
#include "tests/images/place.hpp"
#include "tests/images/raw_layer.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using testing::Raw;
using testing::tar_of;
using testing::text;
namespace fs = std::filesystem;

namespace {

struct Place : testing::Place {
  void unpack(const std::string& tar, const std::string& diff_id) const {
    fetch::unpack_layer(store, fetch::put(store, images::kGzipLayerType, fetch::gzip(tar)), diff_id,
                        open_root(), root);
  }
  void unpack(const std::vector<Raw>& entries) const {
    const std::string tar = tar_of(entries);
    unpack(tar, fetch::digest_of(tar));
  }
  std::string error_of(const std::vector<Raw>& entries) const {
    return testing::error_of([&] { unpack(entries); });
  }
};

}  // namespace

TEST_CASE("layers: a sane one is unpacked with types, modes and times") {
  const Place place;
  place.unpack({{"./", AE_IFDIR, "", "", "", 0750},
                {"etc/", AE_IFDIR, "", "", "", 0555},
                {"etc/motd", AE_IFREG, "hello", "", "", 0640},
                {"etc/same", AE_IFREG, "", "", "etc/motd"},
                {"etc/abs", AE_IFLNK, "", "/etc/motd"},
                {"deep/down/file", AE_IFREG, "x", "", "", 04755},
                {"pipe", AE_IFIFO, "", "", "", 0600},
                {"\xc3\xbc.txt", AE_IFREG, "umlaut"}});
  const std::string& root = place.root;
  CHECK(fs::status(root).permissions() == fs::perms(0750));
  CHECK(fs::status(root + "/etc").permissions() == fs::perms(0555));
  CHECK(fs::status(root + "/etc/motd").permissions() == fs::perms(0640));
  CHECK(fs::status(root + "/deep/down/file").permissions() == fs::perms(04755));
  CHECK(place.content("etc/motd") == "hello");
  CHECK(fs::hard_link_count(root + "/etc/motd") == 2);
  CHECK(fs::read_symlink(root + "/etc/abs") == "/etc/motd");
  CHECK(fs::is_fifo(root + "/pipe"));
  CHECK(place.content("\xc3\xbc.txt") == "umlaut");
  struct stat status {};
  for (const char* name : {"etc", "etc/motd", "etc/abs"}) {
    REQUIRE(::lstat((root + "/" + name).c_str(), &status) == 0);
    CHECK(status.st_mtime == 12345);
  }
}

TEST_CASE("layers: a name with .. is refused") {
  const Place place;
  CHECK(text(place.error_of({{"../escaped", AE_IFREG, "x"}})) == doctest::Contains("has a \"..\""));
  CHECK(text(place.error_of({{"a/../../escaped", AE_IFREG, "x"}})) ==
        doctest::Contains("has a \"..\""));
  CHECK(text(place.error_of({{"a/..", AE_IFDIR, ""}})) == doctest::Contains("has a \"..\""));
  place.check_untouched();
}

TEST_CASE("layers: an absolute name is refused") {
  const Place place;
  CHECK(text(place.error_of({{place.outside + "/victim", AE_IFREG, "x"}})) ==
        doctest::Contains("is an absolute path"));
  CHECK(text(place.error_of({{"/", AE_IFDIR, ""}})) == doctest::Contains("is an absolute path"));
  place.check_untouched();
}

TEST_CASE("layers: a name below a symbolic link of the layer is refused") {
  const Place place;
  SUBCASE("an absolute link") {
    CHECK(text(place.error_of(
              {{"out", AE_IFLNK, "", place.outside}, {"out/victim", AE_IFREG, "x"}})) ==
          doctest::Contains("lies below the symbolic link \"out\""));
  }
  SUBCASE("a relative link") {
    CHECK(text(place.error_of(
              {{"out", AE_IFLNK, "", "../../outside"}, {"out/new/deep", AE_IFREG, "x"}})) ==
          doctest::Contains("lies below the symbolic link \"out\""));
  }
  SUBCASE("a hard link to a link") {
    CHECK(text(place.error_of({{"out", AE_IFLNK, "", place.outside},
                               {"also", AE_IFREG, "", "", "out"},
                               {"also/victim", AE_IFREG, "x"}})) ==
          doctest::Contains("lies below the symbolic link \"also\""));
  }
  place.check_untouched();
}

TEST_CASE("layers: a link that is there already leads nowhere outside") {
  const Place place;
  fs::create_directory_symlink(place.outside, place.root + "/out");
  place.error_of({{"out/victim", AE_IFREG, "x"}});
  place.error_of({{"out/new", AE_IFREG, "x"}});
  place.check_untouched();
}

TEST_CASE("layers: a file does not replace or follow a link of its name") {
  const Place place;
  CHECK(text(place.error_of(
            {{"out", AE_IFLNK, "", place.outside + "/victim"}, {"out", AE_IFREG, "x"}})) ==
        doctest::Contains("\"out\" stands in the layer twice"));
  CHECK(text(place.error_of({{"d", AE_IFLNK, "", place.outside}, {"d", AE_IFDIR, ""}})) ==
        doctest::Contains("\"d\" stands in the layer twice"));
  place.check_untouched();
}

TEST_CASE("layers: a hard link reaches nothing outside") {
  const Place place;
  CHECK(text(place.error_of({{"h1", AE_IFREG, "", "", place.outside + "/victim"}})) ==
        doctest::Contains("is an absolute path"));
  CHECK(text(place.error_of({{"h2", AE_IFREG, "", "", "../../outside/victim"}})) ==
        doctest::Contains("has a \"..\""));
  CHECK(text(place.error_of(
            {{"out", AE_IFLNK, "", place.outside}, {"h3", AE_IFREG, "", "", "out/victim"}})) ==
        doctest::Contains("lies below the symbolic link \"out\""));
  CHECK(text(place.error_of({{"h4", AE_IFREG, "", "", "missing"}})) ==
        doctest::Contains("which is not there"));
  place.check_untouched();
}

TEST_CASE("layers: device nodes and what stands in the root's place are refused") {
  const Place place;
  CHECK(text(place.error_of({{"whiteout", AE_IFCHR, ""}})) ==
        doctest::Contains("is a device node"));
  CHECK(text(place.error_of({{".", AE_IFLNK, "", place.outside}})) ==
        doctest::Contains("takes the place of its root"));
  CHECK(text(place.error_of({{std::string(300, 'n'), AE_IFREG, "x"}})) ==
        doctest::Contains("ENAMETOOLONG"));
  place.check_untouched();
}

TEST_CASE("layers: the diff id is checked, also of what stands behind the tar's end") {
  const Place place;
  const std::string tar = tar_of({{"file", AE_IFREG, "x"}});
  try {
    place.unpack(tar + "something hidden", fetch::digest_of(tar));
    FAIL("a wrong diff id was accepted");
  } catch (const Error& error) {
    CHECK(text(error.what()) == doctest::Contains("and the image's config says"));
  }
}

TEST_CASE("layers: attributes that a link can't have are no obstacle") {
  const Place place;
  Raw link = {"l", AE_IFLNK, "", "target"};
  link.xattrs["user.name"] = "value";
  place.unpack({link});
  CHECK(fs::read_symlink(place.root + "/l") == "target");
}

namespace {

/// A tar of so many folders, all of them the root: it is made as it is read.
class EndlessTar : public fetch::ByteSource {
 public:
  explicit EndlessTar(size_t entries)
      : header_(tar_of({{"./", AE_IFDIR, ""}}).substr(0, 512)), left_(entries) {}
  size_t read(char* buffer, size_t size) override {
    size_t count = 0;
    for (; left_ > 0 && size - count >= header_.size(); --left_) {
      header_.copy(buffer + count, header_.size());
      count += header_.size();
    }
    return count;
  }

 private:
  const std::string header_;
  size_t left_;
};

}  // namespace

TEST_CASE("layers: more than a million entries are refused") {
  const Place place;
  EndlessTar tar(1'000'001);
  const std::string digest = fetch::digest_of("whatever");
  CHECK(text(testing::error_of([&] {
          fetch::unpack_layer(tar, {images::kPlainLayerType, digest, 0}, digest, place.open_root(),
                              nullptr);
        })) == doctest::Contains("more than 1000000 entries"));
  place.check_untouched();
}

TEST_CASE("layers: what is unpacked has a limit") {
  const Place place;
  fetch::SizeLimit limit(50'000);
  const std::string tar = tar_of({{"file", AE_IFREG, std::string(100'000, 'x')}});
  const images::Descriptor layer =
      fetch::put(place.store, images::kGzipLayerType, fetch::gzip(tar));
  CHECK(text(testing::error_of([&] {
          fetch::unpack_layer(place.store, layer, fetch::digest_of(tar), place.open_root(),
                              place.root, &limit);
        })) == doctest::Contains("unpacks to more than 50.0 kB"));
}

TEST_CASE("layers: a tar that ends early, or is none, is an error") {
  const Place place;
  const std::string tar = tar_of({{"file", AE_IFREG, std::string(100'000, 'x')}});
  for (const std::string& bad :
       {tar.substr(0, 50'000), std::string("no tar"), std::string(4096, '\xff')}) {
    CHECK_THROWS_AS(place.unpack(bad, fetch::digest_of(bad)), Error);
  }
}

TEST_CASE("layers: the same entries are the same bytes, in whatever order they were given") {
  using fetch::Kind;
  const std::vector<fetch::LayerEntry> entries = {{"b", Kind::kFolder, 0755, ""},
                                                  {"b/x", Kind::kFile, 0644, "x"},
                                                  {"a", Kind::kLink, 0777, "b"}};
  const std::string tar = fetch::make_tar(entries);
  CHECK(tar == fetch::make_tar({entries[2], entries[1], entries[0]}));
  const std::string packed = fetch::gzip(tar);
  CHECK(packed == fetch::gzip(tar));
  CHECK(packed.substr(4, 4) == std::string(4, '\0'));  // gzip's time stamp
}
