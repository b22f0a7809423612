// `--change`: a Dockerfile's lines.

#include "rootfs-fetch/changes.hpp"

#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using testing::text;

namespace {

images::ImageConfig changed(const std::vector<std::string>& lines) {
  images::ImageConfig config;
  config.cmd = {"old"};
  config.env = {"PATH=/bin", "A=0"};
  fetch::apply_changes(config, lines);
  return config;
}

std::string error_of(const std::string& line) {
  try {
    changed({line});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("changes: words as a shell splits them") {
  CHECK(changed({R"(ENV A="x y" B='z "q"' C=a\ b D= E=1=2)"}).env ==
        Words{"PATH=/bin", "A=x y", R"(B=z "q")", "C=a b", "D=", "E=1=2"});
  CHECK(changed({"env A one  two"}).env == Words{"PATH=/bin", "A=one  two"});
  CHECK(changed({"VOLUME /a /b", "VOLUME [\"/c d\", \"/a\"]"}).volumes ==
        Words{"/a", "/b", "/c d"});
}

TEST_CASE("changes: a command is a list, or a shell's line") {
  CHECK(changed({R"(CMD ["a", "b c"])"}).cmd == Words{"a", "b c"});
  CHECK(changed({"CMD a  'b c' "}).cmd == Words{"/bin/sh", "-c", "a  'b c'"});
  CHECK(changed({"ENTRYPOINT [\"e\"]"}).cmd.empty());
  CHECK(changed({"ENTRYPOINT [\"e\"]", "CMD [\"c\"]"}).cmd == Words{"c"});
  CHECK(changed({"CMD [\"c\"]", "ENTRYPOINT [\"e\"]"}).cmd == Words{"c"});
}

TEST_CASE("changes: what is wrong is named with its line") {
  for (const char* line :
       {"", "CMD", "ENV  ", "ENV =x", "EXPOSE 0", "EXPOSE 80/", "EXPOSE x", "EXPOSE 65536",
        "STOPSIGNAL 65", "LABEL a", "LABEL 'a=b", "CMD [1]", "FROM scratch", "VOLUME [{}]"}) {
    CHECK(text(error_of(line)) == doctest::Contains(("--change " + quoted(line) + ": ").c_str()));
  }
}
