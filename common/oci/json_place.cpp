#include "common/oci/json_place.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/os/error.hpp"

namespace lockstep::oci {

using nlohmann::json;

std::optional<JsonPlace> JsonPlace::find(std::string_view key) const& {
  if (!value_->is_object()) expected("an object");
  const auto& members = value_->get_ref<const json::object_t&>();
  const auto member = members.find(key);
  if (member == members.end() || member->second.is_null()) return std::nullopt;
  return JsonPlace(member->second, *this, member->first, kMember);
}

JsonPlace JsonPlace::required(std::string_view key) const& {
  const std::optional<JsonPlace> member = find(key);
  if (!member) JsonPlace(*value_, *this, key, kMember).fail("is required");
  return *member;
}

bool JsonPlace::flag(std::string_view key) const {
  const std::optional<JsonPlace> member = find(key);
  return member && member->flag();
}

std::string JsonPlace::text(std::string_view key) const {
  const std::optional<JsonPlace> member = find(key);
  return member ? member->text() : "";
}

std::vector<std::string> JsonPlace::texts(std::string_view key) const {
  std::vector<std::string> out;
  each(key, [&](const JsonPlace& item) { out.push_back(item.text()); });
  return out;
}

std::map<std::string, std::string> JsonPlace::text_map(std::string_view key) const {
  std::map<std::string, std::string> out;
  const std::optional<JsonPlace> map = find(key);
  if (!map) return out;
  if (!map->value_->is_object()) map->expected("an object");
  for (const auto& [name, value] : map->value_->get_ref<const json::object_t&>()) {
    out.emplace_hint(out.end(), name, JsonPlace(value, *map, name, kMember).text());
  }
  return out;
}

std::vector<std::string> JsonPlace::keys(std::string_view key) const {
  std::vector<std::string> out;
  const std::optional<JsonPlace> map = find(key);
  if (!map) return out;
  if (!map->value_->is_object()) map->expected("an object");
  for (const auto& member : map->value_->get_ref<const json::object_t&>())
    out.push_back(member.first);
  return out;
}

bool JsonPlace::flag() const {
  if (!value_->is_boolean()) expected("true or false");
  return value_->get<bool>();
}

std::string JsonPlace::text() const {
  if (!value_->is_string()) expected("a string");
  const auto& text = value_->get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    fail(fmt::format("holds a NUL byte, which would end it early: {}", got()));
  }
  return text;
}

std::string JsonPlace::absolute_path() const {
  std::string path = text();
  if (!path.starts_with('/')) expected("an absolute path");
  return path;
}

size_t JsonPlace::size() const {
  if (!value_->is_array()) expected("an array");
  return value_->size();
}

JsonPlace JsonPlace::item(size_t index) const& {
  return JsonPlace(value_->get_ref<const json::array_t&>().at(index), *this, {}, index);
}

int64_t JsonPlace::integer(int64_t min, int64_t max) const {
  if (!value_->is_number_integer()) expected("an integer");
  // Unsigned is how the library keeps all that isn't negative.
  const bool beyond = value_->is_number_unsigned() &&
                      value_->get<uint64_t>() > static_cast<uint64_t>(std::max<int64_t>(max, 0));
  const int64_t number = beyond ? 0 : value_->get<int64_t>();
  if (beyond || number < min || number > max) {
    expected(fmt::format("an integer from {} to {}", min, max));
  }
  return number;
}

uint64_t JsonPlace::natural() const {
  if (!value_->is_number_unsigned()) expected("an integer from 0 on");
  return value_->get<uint64_t>();
}

bool JsonPlace::nothing() const {
  switch (value_->type()) {
    case json::value_t::null:
      return true;
    case json::value_t::boolean:
      return !value_->get<bool>();
    case json::value_t::string:
      return value_->get_ref<const std::string&>().empty();
    case json::value_t::array:
      return value_->empty();
    case json::value_t::object:
      return std::all_of(value_->begin(), value_->end(), [&](const json& member) {
        return JsonPlace(member, *this, {}, kMember).nothing();
      });
    default:
      return false;
  }
}

std::string_view JsonPlace::name() const { return parent_ == nullptr ? key_ : parent_->name(); }

void JsonPlace::fail(const std::string& problem, const std::string& hint) const {
  const std::string place = way();
  throw Error(fmt::format("{}: {}{}{}", name(), place, place.empty() ? "" : ": ", problem), hint);
}

void JsonPlace::expected(const std::string& what) const {
  fail(fmt::format("expected {}, got {}", what, got()));
}

std::string JsonPlace::got() const {
  if (value_->is_object()) return value_->empty() ? "an empty object" : "an object";
  if (value_->is_array()) return value_->empty() ? "an empty array" : "an array";
  if (!value_->is_string()) return write_json(*value_);
  return lockstep::quoted(clipped(value_->get_ref<const std::string&>()));
}

std::string JsonPlace::way() const {
  if (parent_ == nullptr) return "";
  std::string out = parent_->way();
  if (index_ == kMember) {
    append_json_key(out, key_);
  } else {
    out += fmt::format("[{}]", index_);
  }
  return out;
}

}  // namespace lockstep::oci
