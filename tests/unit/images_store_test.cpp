#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/images/store.hpp"
#include "common/os/files.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;
using images::Store;
using testing::text;
namespace fs = std::filesystem;

namespace {

const std::string kManifest = "sha256:" + std::string(64, 'a');
const std::string kConfig = "sha256:" + std::string(64, 'b');
const std::string kLayer = "sha256:" + std::string(64, 'c');
const std::string kDiff = "sha256:" + std::string(64, 'd');
const std::string kStray = "sha256:" + std::string(64, 'e');

/// The store doesn't compute digests, so a test may choose them.
images::Descriptor put_image(const Store& store) {
  images::ImageConfig image;
  image.architecture = "amd64";
  image.os = "linux";
  image.cmd = {"sh"};
  image.diff_ids = {kDiff};
  image.created_by = "a test";
  const std::string config = images::write_config(image);
  const std::string manifest =
      images::write_manifest({{images::kConfigType, kConfig, static_cast<int64_t>(config.size())},
                              {{images::kGzipLayerType, kLayer, 5}}});
  store.put_blob(kLayer, "layer");
  store.put_blob(kConfig, config);
  store.put_blob(kManifest, manifest);
  store.publish(store.stage(), store.layer_folder(kDiff));
  return {images::kManifestType, kManifest, static_cast<int64_t>(manifest.size())};
}

bool is_there(const Store& store, const std::string& digest) {
  return fs::exists(store.path() + "/blobs/sha256/" + digest.substr(7));
}

struct Fixture {
  testing::TempDir folder;
  Fixture() { images::use_store(folder / "store"); }
};

}  // namespace

TEST_CASE("images: there is no store until somebody writes") {
  const Fixture fixture;
  CHECK_FALSE(Store::open().has_value());
  CHECK_FALSE(fs::exists(fixture.folder / "store"));
  { const Store store = Store::open_to_write(); }
  REQUIRE(Store::open().has_value());
  CHECK(Store::open()->entries().empty());
}

TEST_CASE("images: a folder with something else in it is not taken for a store") {
  const Fixture fixture;
  fs::create_directories(fixture.folder / "store/.workshop");
  std::ofstream(fixture.folder / "store/.workshop/mine") << "precious";
  CHECK_THROWS_AS(Store::open_to_write(), Error);
  CHECK(fs::exists(fixture.folder / "store/.workshop/mine"));
  CHECK_FALSE(fs::exists(fixture.folder / "store/oci-layout"));
}

TEST_CASE("images: what a killed writer left in the workshop is cleared by the next") {
  const Fixture fixture;
  {
    const Store store = Store::open_to_write();
    store.stage();
    std::ofstream(store.path() + "/.workshop/blob") << "half of it";
  }
  CHECK_FALSE(fs::is_empty(fixture.folder / "store/.workshop"));
  const Store store = Store::open_to_write();
  CHECK(fs::is_empty(fixture.folder / "store/.workshop"));
}

TEST_CASE("images: names point to images, and are taken away again") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  const auto image = put_image(store);
  store.set("one", image);
  store.set("two", image);
  REQUIRE(store.find("one").has_value());
  CHECK(store.find("one")->digest == kManifest);
  CHECK_FALSE(store.find("three").has_value());
  store.forget("one");
  CHECK_FALSE(store.find("one").has_value());
  CHECK(store.find("two").has_value());
}

TEST_CASE("images: a blob that is missing or of another size is named") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  store.put_blob(kLayer, "layer");
  CHECK(store.read_blob({images::kGzipLayerType, kLayer, 5}) == "layer");
  const auto error_of = [&](const images::Descriptor& blob) -> std::string {
    try {
      store.open_blob(blob);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(text(error_of({"", kLayer, 6})) ==
        doctest::Contains((kLayer + " is damaged: 5 bytes long, and should be 6").c_str()));
  CHECK(text(error_of({"", kStray, 6})) ==
        doctest::Contains((kStray + ": No such file or directory").c_str()));
  CHECK(text(error_of({"", "sha256:../../../etc/passwd", 6})) ==
        doctest::Contains("is not a SHA-256 digest"));
}

TEST_CASE("images: sweep removes what no image uses, and nothing else") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  store.set("one", put_image(store));
  store.put_blob(kStray, "stray");
  store.publish(store.stage(), store.layer_folder(kStray));
  CHECK(store.sweep());
  CHECK(is_there(store, kManifest));
  CHECK(is_there(store, kConfig));
  CHECK(is_there(store, kLayer));
  CHECK(fs::exists(store.layer_folder(kDiff)));
  CHECK_FALSE(is_there(store, kStray));
  CHECK_FALSE(fs::exists(store.layer_folder(kStray)));
  store.forget("one");
  CHECK(store.sweep());
  CHECK_FALSE(is_there(store, kLayer));
  CHECK_FALSE(fs::exists(store.layer_folder(kDiff)));
}

TEST_CASE("images: sweep removes nothing while an image's documents are damaged") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  store.set("one", put_image(store));
  store.put_blob(kStray, "stray");
  SUBCASE("missing") { fs::remove(store.path() + "/blobs/sha256/" + kConfig.substr(7)); }
  SUBCASE("not JSON") { store.put_blob(kConfig, "{"); }
  CHECK_FALSE(store.sweep());
  CHECK(is_there(store, kLayer));
  CHECK(is_there(store, kStray));
}

TEST_CASE("images: publishing replaces the folder that was there") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  const std::string rootfs = store.rootfs_folder("busybox");
  store.publish(store.stage(), rootfs);
  std::ofstream(rootfs + "/changed") << "by a container";
  store.publish(store.stage(), rootfs);
  CHECK(fs::is_empty(rootfs));
  CHECK(fs::is_empty(store.path() + "/.workshop"));
  store.remove_folder(rootfs);
  store.remove_folder(rootfs);  // nothing to do
  CHECK_FALSE(fs::exists(rootfs));
}

TEST_CASE("images: a published folder keeps its mode, even without write permission") {
  const Fixture fixture;
  const Store store = Store::open_to_write();
  const Store::Staged staged = store.stage();
  REQUIRE(::fchmod(staged.folder.get(), 0555) == 0);
  store.publish(staged, store.rootfs_folder("readonly"));
  CHECK(fs::status(store.rootfs_folder("readonly")).permissions() == fs::perms(0555));
  store.remove_folder(store.rootfs_folder("readonly"));
  CHECK_FALSE(fs::exists(store.rootfs_folder("readonly")));
}

TEST_CASE("images: one writer keeps others out until it has gone") {
  const Fixture fixture;
  const Pipe ready = Pipe::make();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Store first = Store::open_to_write();
    write_all(ready.write_end, "!", "pipe");
    ::usleep(200'000);
    std::ofstream(first.path() + "/first-was-here") << "x";
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready.read_end.get(), &byte, 1) == 1);
  const Store second = Store::open_to_write();
  CHECK(fs::exists(second.path() + "/first-was-here"));
  CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("images: empty_folder removes trees deeper than a path can be long") {
  const testing::TempDir top;
  {
    Fd folder = sys::open(top.path(), O_RDONLY | O_DIRECTORY);
    const std::string name(200, 'd');
    for (int depth = 0; depth < 300; ++depth) {  // 60,000 bytes: PATH_MAX is 4096
      sys::make_directory(folder, name, 0755);
      sys::make_empty_file(folder, "file", 0644);
      folder = Fd(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      REQUIRE(folder);
    }
  }
  images::empty_folder(sys::open(top.path(), O_RDONLY | O_DIRECTORY));
  CHECK(fs::is_empty(top.path()));
}

TEST_CASE("images: empty_folder follows no link, and copes with folders without permissions") {
  const testing::TempDir top;
  const testing::TempDir outside;
  std::ofstream(outside / "precious") << "x";
  fs::create_directories(top / "tree/inner/innermost");
  fs::create_directory_symlink(outside.path(), top / "tree/inner/link");
  fs::create_directory_symlink(outside.path(), top / "link");
  std::ofstream(top / "tree/inner/1.moved") << "a name that the remover itself uses";
  fs::create_directory(top / "1.moved");
  std::ofstream(top / "1.moved/file") << "x";
  for (const char* name : {"tree/inner/innermost", "tree/inner", "tree"})
    fs::permissions(top / name, fs::perms::none);
  images::empty_folder(sys::open(top.path(), O_RDONLY | O_DIRECTORY));
  CHECK(fs::is_empty(top.path()));
  CHECK(fs::exists(outside / "precious"));
}
