#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/seccomp_json.hpp"

namespace lockstep::oci {

struct SeccompText::Content {
  std::optional<Seccomp> profile;
  std::string text;  // empty: not put into words yet
  std::string name;
  std::string padding;  // so that a wrong line has the number that it has in the document
};

SeccompText::SeccompText(std::string text, std::string name, const std::string& before)
    : content_(std::make_shared<Content>()) {
  content_->text = std::move(text);
  content_->name = std::move(name);
  const auto lines = static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  content_->padding = std::string(lines, '\n');
}

SeccompText::SeccompText(Seccomp profile) : content_(std::make_shared<Content>()) {
  content_->profile = std::move(profile);
}

const Seccomp& SeccompText::operator*() const {
  if (!content_->profile) {
    nlohmann::json document;
    document["linux"]["seccomp"] = parse_json(content_->padding + content_->text, content_->name);
    const JsonPlace config(document, content_->name);
    const JsonPlace linux = config.required("linux");
    content_->profile = seccomp_from_json(linux.required("seccomp"));
  }
  return *content_->profile;
}

const std::string& SeccompText::text() const {
  if (content_->text.empty()) content_->text = write_json(seccomp_to_json(*content_->profile));
  return content_->text;
}

}  // namespace lockstep::oci
