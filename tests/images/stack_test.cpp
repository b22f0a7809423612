// Images of several layers: what unpacking makes of whiteouts, of names that change their kind, and of
// what a hostile layer tries with both.

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <filesystem>

#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/unpack.hpp"
#include "tests/images/place.hpp"
#include "tests/images/raw_layer.hpp"
#include "tests/support/error_of.hpp"

using namespace lockstep;
using testing::error_of;
using testing::Raw;
using testing::tar_of;
using testing::text;
namespace fs = std::filesystem;

namespace {

using Layer = std::vector<Raw>;

Raw folder(const std::string& name, mode_t mode = 0755) {
  return {name, AE_IFDIR, "", "", "", mode};
}
Raw file(const std::string& name, const std::string& content = "x") {
  return {name, AE_IFREG, content};
}
Raw symbolic(const std::string& name, const std::string& target) {
  return {name, AE_IFLNK, "", target};
}
Raw hard_link(const std::string& name, const std::string& target) {
  return {name, AE_IFREG, "", "", target};
}

struct Place : testing::Place {
  images::Descriptor put(const Layer& layer) const {
    return fetch::put(store, images::kPlainLayerType, tar_of(layer));
  }
  /// All layers as one tree.
  void unpack(const std::vector<Layer>& layers, fetch::Nodes nodes = fetch::Nodes::kMake) const {
    fetch::Image image{{"test", {}, {}, {}}, "", ""};
    for (const Layer& layer : layers) {
      image.manifest.layers.push_back(put(layer));
      image.config.diff_ids.push_back(image.manifest.layers.back().digest);
    }
    fetch::unpack_image(store, image, open_root(), root, nodes);
  }
  /// One layer, for overlayfs.
  void unpack_layer(const Layer& layer) const {
    const images::Descriptor descriptor = put(layer);
    fetch::unpack_layer(store, descriptor, descriptor.digest, open_root(), root);
  }
  /// "a a/b c", sorted.
  std::string names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
      found.push_back(entry.path().lexically_relative(root).string());
    std::sort(found.begin(), found.end());
    std::string out;
    for (const std::string& name : found) out += (out.empty() ? "" : " ") + name;
    return out;
  }
};

bool is_whiteout(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

bool is_opaque(const std::string& path) {
  const char* name = ::geteuid() == 0 ? "trusted.overlay.opaque" : "user.overlay.opaque";
  char value = 0;
  return ::getxattr(path.c_str(), name, &value, 1) == 1 && value == 'y';
}

const Layer kBelow = {folder("a"),       file("a/one"), file("a/two"),     folder("a/b"),
                      file("a/b/three"), file("c"),     symbolic("l", "a")};

}  // namespace

TEST_CASE("stack: a later layer adds, replaces and removes") {
  const Place place;
  place.unpack({kBelow,
                {file("a/one", "new"), file("a/.wh.two", ""), file(".wh.c", ""), file("d")},
                {file("a/.wh.b", ""), file("c", "again")}});
  CHECK(place.names() == "a a/one c d l");
  CHECK(place.content("a/one") == "new");
  CHECK(place.content("c") == "again");
}

TEST_CASE("stack: an opaque folder hides what lies below, wherever its mark stands in the layer") {
  const Place place;
  SUBCASE("before the others") {
    place.unpack({kBelow, {folder("a"), file("a/.wh..wh..opq", ""), file("a/new")}});
  }
  SUBCASE("behind them") {
    place.unpack({kBelow, {folder("a"), file("a/new"), file("a/.wh..wh..opq", "")}});
  }
  SUBCASE("as a whiteout of the folder itself") {
    place.unpack({kBelow, {folder("a"), file("a/new"), file(".wh.a", "")}});
  }
  SUBCASE("without the folder's own entry") {
    place.unpack({kBelow, {file("a/new"), file("a/.wh..wh..opq", "")}});
  }
  CHECK(place.names() == "a a/new c l");
}

TEST_CASE("stack: a whiteout hides lower layers only, and needs nothing to hide") {
  const Place place;
  place.unpack({kBelow,
                {file("a/one", "own"), file("a/.wh.one", ""), file("no/such/.wh.thing", ""),
                 file(".wh..wh.plnk", ""), file("a/b/.wh.three", ""), file("a/b/four")}});
  CHECK(place.content("a/one") == "own");
  CHECK(place.names() == "a a/b a/b/four a/one a/two c l");
}

TEST_CASE("stack: a name becomes another kind of file") {
  const Place place;
  place.unpack({kBelow, {file("a", "file"), folder("c"), file("c/in"), folder("l"), file("l/in")}});
  CHECK(place.names() == "a c c/in l l/in");
  CHECK(place.content("a") == "file");
}

TEST_CASE(
    "stack: modes and times of folders are the last layer's, also of those without permission") {
  const Place place;
  place.unpack(
      {{folder("closed", 0), file("closed/in")}, {file("closed/new")}, {folder("closed", 0555)}});
  struct stat status {};
  REQUIRE(::stat((place.root + "/closed").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0555);
  CHECK(status.st_mtime == 12345);
  CHECK(place.names() == "closed closed/in closed/new");
}

TEST_CASE("stack: hard links hold across layers, and a replaced name leaves the other alone") {
  const Place place;
  place.unpack({{file("one", "old"), hard_link("two", "one"), file("three", "t")},
                {file("one", "new"), hard_link("four", "three"), hard_link("five", "two")}});
  CHECK(place.content("one") == "new");
  CHECK(place.content("two") == "old");
  CHECK(fs::equivalent(place.root + "/five", place.root + "/two"));
  CHECK(fs::equivalent(place.root + "/four", place.root + "/three"));
}

TEST_CASE("stack: a link of a lower layer is no way out, but makes room for a folder") {
  const Place place;
  const Layer links = {symbolic("out", place.outside), symbolic("up", "..")};
  place.unpack(
      {links, {file("out/victim", "x"), file("up/escaped", "x"), file("out/.wh.victim", "")}});
  CHECK(place.content("out/victim") == "x");
  CHECK(fs::is_directory(fs::symlink_status(place.root + "/up")));
  place.check_untouched();
}

TEST_CASE("stack: a whiteout removes nothing outside") {
  const Place place;
  const Layer below = {symbolic("out", place.outside)};
  SUBCASE("behind a link") { place.unpack({below, {file("out/.wh.victim", "")}}); }
  SUBCASE("an opaque link") { place.unpack({below, {file("out/.wh..wh..opq", "")}}); }
  SUBCASE("the folder above") {
    for (const char* name : {".wh...", "a/.wh...", ".wh..", ".wh."}) {
      CHECK(text(error_of([&] {
              place.unpack({below, {file(name, "")}});
            })) == doctest::Contains("hides no name"));
    }
  }
  SUBCASE("a hard link's target behind a link") {
    CHECK(text(error_of([&] {
            place.unpack({below, {hard_link("h", "out/victim")}});
          })) == doctest::Contains("which is not there"));
  }
  place.check_untouched();
  CHECK(fs::exists(place.top / "store"));
}

TEST_CASE("stack: for overlayfs, whiteouts become its marks") {
  const Place place;
  place.unpack_layer({folder("a"), file("a/.wh.gone", ""), folder("b"), file("b/.wh..wh..opq", ""),
                      file("b/new"), folder("c"), file(".wh.c", ""), file(".wh.d", ""), folder("d"),
                      file("e"), file(".wh.e", ""), file("deep/.wh.down", "")});
  CHECK(is_whiteout(place.root + "/a/gone"));
  CHECK_FALSE(is_opaque(place.root + "/a"));
  CHECK(is_opaque(place.root + "/b"));
  CHECK(is_opaque(place.root + "/c"));
  CHECK(is_opaque(place.root + "/d"));
  CHECK(place.content("e") == "x");
  CHECK(is_whiteout(place.root + "/deep/down"));
  CHECK(place.names() == "a a/gone b b/new c d deep deep/down e");
}

TEST_CASE("stack: a layer can't set overlayfs's marks itself") {
  const Place place;
  Raw marked = folder("a");
  for (const char* whose : {"trusted", "user"}) {
    for (const char* mark : {"opaque", "redirect", "metacopy", "whiteout"})
      marked.xattrs[std::string(whose) + ".overlay." + mark] = "y";
  }
  place.unpack_layer({marked});
  for (const auto& mark : marked.xattrs) {
    const std::string& name = mark.first;
    CHECK_MESSAGE(::getxattr((place.root + "/a").c_str(), name.c_str(), nullptr, 0) < 0, name);
  }
  CHECK(text(error_of([&] {
          place.unpack_layer({{"node", AE_IFCHR, ""}});
        })) == doctest::Contains("means something else to overlayfs"));
  CHECK(text(error_of([&] {
          place.unpack_layer({file(".wh.x", ""), hard_link("y", "x")});
        })) == doctest::Contains("which is not there"));
}

TEST_CASE("stack: device nodes: root makes them, but not where everybody may look") {
  const Place place;
  const Layer with_node = {file("before"), {"zero", AE_IFCHR, "", "", "", 0666, makedev(1, 5)}};
  if (::geteuid() != 0) {
    place.unpack({with_node});
    CHECK(place.names() == "before");
    return;
  }
  place.unpack({with_node}, fetch::Nodes::kLeaveOut);
  CHECK(place.names() == "before");
  fs::remove(place.root + "/before");
  place.unpack({with_node});
  struct stat status {};
  REQUIRE(::lstat((place.root + "/zero").c_str(), &status) == 0);
  CHECK(status.st_rdev == makedev(1, 5));
  CHECK((status.st_mode & 07777U) == 0666);
}

TEST_CASE("stack: paths longer than the kernel takes at once are unpacked; endless ones are not") {
  const Place place;
  std::string path;
  Layer layer;
  for (int i = 0; i < 3000; ++i) {
    path += i == 0 ? "dd" : "/dd";
    layer.push_back(folder(path));
  }
  place.unpack({layer, Layer{file(path + "/end")}, Layer{file(path + "/.wh.end", "")}});
  place.unpack({Layer{file("x")}, Layer{file(".wh.dd", "")}});  // and removed
  CHECK(text(error_of([&] { place.unpack({{file(std::string(20000, '/') + "x")}}); })) ==
        doctest::Contains("absolute path"));
  CHECK(text(error_of([&] { place.unpack({{file("x/" + path + path)}}); })) ==
        doctest::Contains("at most 16384 are unpacked"));
}
