#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

/// put: sets a member of a JSON object, unless the value is what its absence means.
namespace lockstep::oci {

inline void put(nlohmann::json& out, const char* key, bool value) {
  if (value) out[key] = true;
}

inline void put(nlohmann::json& out, const char* key, nlohmann::json value) {
  if (!value.empty()) out[key] = std::move(value);
}

template <class T>  // a string, a list or a map
void put(nlohmann::json& out, const char* key, const T& value) {
  if (!value.empty()) out[key] = value;
}

template <class T>
void put(nlohmann::json& out, const char* key, const std::optional<T>& value) {
  if (value) out[key] = *value;
}

/// A list of structs, each through `write`.
template <class T>
void put(nlohmann::json& out, const char* key, const std::vector<T>& items,
         nlohmann::json (*write)(const T&)) {
  if (items.empty()) return;
  nlohmann::json& list = out[key] = nlohmann::json::array();
  for (const T& item : items) list.push_back(write(item));
}

}  // namespace lockstep::oci
