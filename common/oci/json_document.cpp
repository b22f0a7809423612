#include "common/oci/json_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/os/error.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

constexpr size_t kMostLevels = 100;
constexpr size_t kMostBytes = 16U << 20U;
constexpr size_t kMostQuoted = 60;  // bytes of a wrong value in its error

std::string clipped(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;  // UTF-8
  return std::string(text.substr(0, most)) + "…";
}

/// Adds a member's key to a way, as one would write it in a program: .args, ["com.example.key"].
void append_key(std::string& way, std::string_view key) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  if (!key.empty() && std::all_of(key.begin(), key.end(), plain)) {
    if (!way.empty()) way += '.';
    way += key;
  } else {
    way += fmt::format("[{}]", quoted(clipped(key, kMostQuoted)));
  }
}

/// Builds the document from the parser's events. The library's own builder has no limit on depth and
/// lets a second value replace the first in silence.
class Builder final : public json::json_sax_t {
 public:
  Builder(const std::string& text, const std::string& name) : text_(text), name_(name) {}

  json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(json::number_integer_t value) override { return add(value); }
  bool number_unsigned(json::number_unsigned_t value) override { return add(value); }
  bool number_float(json::number_float_t value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(json::binary_t&) override { return false; }  // not in a text
  bool start_object(size_t) override { return open(json::value_t::object); }
  bool start_array(size_t) override { return open(json::value_t::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& key) override {
    Level& level = open_.back();
    const auto [member, is_new] = level.value->get_ref<json::object_t&>().try_emplace(std::move(key));
    level.key = &member->first;
    level.member = &member->second;
    if (!is_new) throw Error(fmt::format("{}: {}: is there twice", name_, way()));
    return true;
  }

  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …"
    std::string_view what = error.what();
    what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
    if (what.starts_with("parse error at ")) what.remove_prefix(what.find(": ") + 2);
    fail_at(position, clipped(what, 3 * kMostQuoted));
  }

  /// `position` counts the bytes up to the wrong one, and that one.
  [[noreturn]] void fail_at(size_t position, const std::string& problem) const {
    const std::string_view before =
        std::string_view(text_).substr(0, std::max<size_t>(position, 1) - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    throw Error(fmt::format("{}: line {}, column {}: {}", name_, line, column, problem));
  }

 private:
  struct Level {
    json* value;
    const std::string* key = nullptr;  // of the member that is being read
    json* member = nullptr;
  };

  /// The place of a new value. It stays where it is until its own level is closed.
  template <class T>
  json* place(T&& value) {
    if (open_.empty()) return &(root_ = std::forward<T>(value));
    Level& level = open_.back();
    if (level.member != nullptr) return &(*level.member = std::forward<T>(value));
    return &level.value->get_ref<json::array_t&>().emplace_back(std::forward<T>(value));
  }

  template <class T>
  bool add(T&& value) {
    place(std::forward<T>(value));
    return true;
  }

  bool open(json::value_t type) {
    if (open_.size() == kMostLevels) {
      throw Error(fmt::format("{}: more than {} levels of objects and arrays", name_, kMostLevels));
    }
    open_.push_back({place(type)});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string way() const {
    std::string out;
    for (const Level& level : open_) {
      if (level.key != nullptr) {
        append_key(out, *level.key);
      } else {
        out += fmt::format("[{}]", level.value->size() - 1);
      }
    }
    return out;
  }

  const std::string& text_;
  const std::string& name_;
  json root_;
  std::vector<Level> open_;
};

}  // namespace

json parse_json(const std::string& text, const std::string& name) {
  if (text.size() > kMostBytes) {
    throw Error(fmt::format("{}: holds {} bytes; at most {} are read", name, text.size(), kMostBytes));
  }
  Builder builder(text, name);
  // The library takes a NUL byte for the end of the text.
  if (const size_t nul = text.find('\0'); nul != std::string::npos) {
    builder.fail_at(nul + 1, "a NUL byte, which JSON doesn't allow");
  }
  json::sax_parse(text, &builder);
  return builder.take();
}

std::string write_json(const json& document, int indent) {
  return document.dump(indent, ' ', false, json::error_handler_t::replace);
}

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

bool JsonPlace::nothing() const {
  switch (value_->type()) {
    case json::value_t::null: return true;
    case json::value_t::boolean: return !value_->get<bool>();
    case json::value_t::string: return value_->get_ref<const std::string&>().empty();
    case json::value_t::array: return value_->empty();
    case json::value_t::object:
      return std::all_of(value_->begin(), value_->end(), [&](const json& member) {
        return JsonPlace(member, *this, {}, kMember).nothing();
      });
    default: return false;
  }
}

void JsonPlace::fail(const std::string& problem, const std::string& hint) const {
  const JsonPlace* root = this;
  while (root->parent_ != nullptr) root = root->parent_;
  const std::string place = way();
  throw Error(fmt::format("{}: {}{}{}", root->key_, place, place.empty() ? "" : ": ", problem), hint);
}

void JsonPlace::expected(const std::string& what) const {
  fail(fmt::format("expected {}, got {}", what, got()));
}

std::string JsonPlace::got() const {
  if (value_->is_object()) return value_->empty() ? "an empty object" : "an object";
  if (value_->is_array()) return value_->empty() ? "an empty array" : "an array";
  if (!value_->is_string()) return write_json(*value_);
  return quoted(clipped(value_->get_ref<const std::string&>(), kMostQuoted));
}

std::string JsonPlace::way() const {
  if (parent_ == nullptr) return "";
  std::string out = parent_->way();
  if (index_ == kMember) {
    append_key(out, key_);
  } else {
    out += fmt::format("[{}]", index_);
  }
  return out;
}

}  // namespace lockstep::oci
