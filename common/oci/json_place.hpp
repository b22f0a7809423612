#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lockstep::oci {

/// A value in a document, and the way to it. Every accessor throws Error with that way and with
/// what was there: `config.json: process.args[1]: expected a string, got 7`. A null member counts
/// as absent. Borrows all that it is made of: the document, its name, the place that it was found
/// in.
class JsonPlace {
 public:
  JsonPlace(const nlohmann::json& document, std::string_view name)
      : value_(&document), key_(name) {}
  JsonPlace(const nlohmann::json&&, std::string_view) = delete;

  // Members, where this place is an object.
  std::optional<JsonPlace> find(std::string_view key) const&;
  JsonPlace required(std::string_view key) const&;  // "process.cwd: is required"
  std::optional<JsonPlace> find(std::string_view key) const&& = delete;
  JsonPlace required(std::string_view key) const&& = delete;

  // The same as values; an absent one is false or empty.
  bool flag(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::map<std::string, std::string> text_map(std::string_view key) const;
  std::vector<std::string> keys(std::string_view key) const;  // of an object that stands for a set

  /// Calls `visit` with each item of the array `key`, if it is there.
  template <class Visit>
  void each(std::string_view key, Visit visit) const {
    const std::optional<JsonPlace> list = find(key);
    for (size_t i = 0, count = list ? list->size() : 0; i < count; ++i) visit(list->item(i));
  }

  // The place itself as a value.
  bool flag() const;
  std::string text() const;  // without a NUL byte, for what becomes a path or an argument
  std::string absolute_path() const;
  size_t size() const;  // of an array
  JsonPlace item(size_t index) const&;

  /// An integer from `min` to `max`, both included.
  template <class T>
  T number(T min = std::numeric_limits<T>::min(), T max = std::numeric_limits<T>::max()) const {
    static_assert(std::is_signed_v<T> || sizeof(T) < sizeof(int64_t));
    return static_cast<T>(integer(min, max));
  }

  /// An integer from 0 to 2^64-1.
  uint64_t natural() const;

  /// Whether it asks for nothing: null, false, "", [], {}, or an object of such values.
  bool nothing() const;

  /// The way to it in its document, "process.args[1]", and the document's name.
  std::string way() const;
  std::string_view name() const;

  /// Throws Error: the name, the way, the problem.
  [[noreturn]] void fail(const std::string& problem, const std::string& hint = "") const;
  /// Throws Error: `expected …, got …`.
  [[noreturn]] void expected(const std::string& what) const;

 private:
  static constexpr size_t kMember = std::numeric_limits<size_t>::max();

  JsonPlace(const nlohmann::json& value, const JsonPlace& parent, std::string_view key,
            size_t index)
      : value_(&value), parent_(&parent), key_(key), index_(index) {}
  int64_t integer(int64_t min, int64_t max) const;
  std::string got() const;

  const nlohmann::json* value_;
  const JsonPlace* parent_ = nullptr;
  std::string_view key_;    // the document's name, where there is no parent
  size_t index_ = kMember;  // of an array's item
};

}  // namespace lockstep::oci
