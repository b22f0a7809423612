#include "tests/lessons/listing.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"
#include "tests/lessons/check.hpp"

namespace lockstep::lessons {

using nlohmann::json;

std::vector<std::string> line_of(const Outcome& list, const std::string& id) {
  for (const std::string& line : lines_of(list.out)) {
    auto words = words_of(line);
    if (std::find(words.begin(), words.end(), id) != words.end()) return words;
  }
  return {};
}

bool is_listed(Step& step, const std::string& id) {
  return !line_of(step.call({"list"}).exits(0), id).empty();
}

void expect_status(Step& step, const Container& container, const std::string& status) {
  const Outcome list = step.call({"list"}).exits(0);
  const auto words = line_of(list, container.id());
  list.expect(std::find(words.begin(), words.end(), status) != words.end(),
              fmt::format("a line for {} that says {}", container.id(), status));
}

std::vector<Listed> parse_list(const std::string& text) {
  const json document = json::object({{"list", oci::parse_json(text, "list -f json")}});
  const oci::JsonPlace place(document, "list -f json");
  std::vector<Listed> found;
  place.each("list", [&](const oci::JsonPlace& item) {
    found.push_back({item.text("id"), item.text("status"), item.required("pid").number<pid_t>()});
  });
  return found;
}

std::vector<pid_t> parse_pids(const std::string& text) {
  const json document = json::object({{"ps", oci::parse_json(text, "ps -f json")}});
  const oci::JsonPlace place(document, "ps -f json");
  std::vector<pid_t> found;
  place.each("ps", [&](const oci::JsonPlace& item) { found.push_back(item.number<pid_t>()); });
  return found;
}

}  // namespace lockstep::lessons
