#pragma once

#include <unistd.h>

#include <chrono>

namespace lockstep::lessons {

/// What a person would call hanging (`--patience`). Long, because a workshop's machine may be slow.
inline std::chrono::milliseconds patience{10'000};

/// Asks again and again until `condition` holds or `limit` has passed; whether it holds.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = patience) {
  constexpr useconds_t kPause = 5'000;
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(kPause);
  }
  return true;
}

}  // namespace lockstep::lessons
