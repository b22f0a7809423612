#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace lockstep::fetch {

/// Which paths a layer has named: eight bytes of each, so that a million of them take 16 MiB. Two
/// paths with the same hash are taken for one; who makes such a layer has it refused.
class PathSet {
 public:
  bool contains(std::string_view path) const { return slots_[place_of(path)] != 0; }
  /// False if it was there already.
  bool insert(std::string_view path) {
    const size_t place = place_of(path);
    if (slots_[place] != 0) return false;
    slots_[place] = hash_of(path);
    if (++count_ * 3 > slots_.size() * 2) grow();
    return true;
  }
  void clear() {
    slots_.assign(kFewest, 0);
    count_ = 0;
  }

 private:
  static constexpr size_t kFewest = 1024;  // a power of two, as every size is

  static uint64_t hash_of(std::string_view path) {
    const uint64_t hash = std::hash<std::string_view>()(path);
    return hash == 0 ? 1 : hash;  // 0 is an empty slot
  }
  size_t place_of(std::string_view path) const { return place_for(hash_of(path)); }
  /// Where it is, or belongs.
  size_t place_for(uint64_t hash) const {
    size_t place = hash & (slots_.size() - 1);
    while (slots_[place] != 0 && slots_[place] != hash) place = (place + 1) & (slots_.size() - 1);
    return place;
  }
  void grow() {
    const std::vector<uint64_t> before = std::move(slots_);
    slots_.assign(before.size() * 2, 0);
    for (const uint64_t hash : before) {
      if (hash != 0) slots_[place_for(hash)] = hash;
    }
  }

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(kFewest);
  size_t count_ = 0;
};

}  // namespace lockstep::fetch
