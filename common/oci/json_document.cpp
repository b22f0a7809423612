#include "common/oci/json_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/os/error.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

constexpr size_t kMostLevels = 100;
constexpr size_t kMostBytes = 16U << 20U;

/// Builds the document from the parser's events. The library's own builder has no limit on depth
/// and lets a second value replace the first in silence.
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
    const auto [member, is_new] =
        level.value->get_ref<json::object_t&>().try_emplace(std::move(key));
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
    fail_at(position, clipped(what, 200));
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
        append_json_key(out, *level.key);
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
    throw Error(
        fmt::format("{}: holds {} bytes; at most {} are read", name, text.size(), kMostBytes));
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

void append_json_key(std::string& way, std::string_view key) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  if (!key.empty() && std::all_of(key.begin(), key.end(), plain)) {
    if (!way.empty()) way += '.';
    way += key;
  } else {
    way += fmt::format("[{}]", lockstep::quoted(clipped(key)));
  }
}

std::string clipped(std::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  const auto inside = [&](size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U;
  };
  while (most_bytes > 0 && inside(most_bytes)) --most_bytes;  // of a UTF-8 sequence
  return std::string(text.substr(0, most_bytes)) + "…";
}

}  // namespace lockstep::oci
