#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace lockstep::fetch {

/// How much the layers of an image may unpack to, all together: what a small blob inflates to has no
/// bound of its own. Several threads may use one.
class SizeLimit {
 public:
  explicit SizeLimit(uint64_t bytes = kDefault) : limit_(bytes) {}

  /// Throws Error when there is too much.
  void take(uint64_t bytes);

  /// "--max-size 10G": bytes, or with k, M, G, T behind the number (1024 each). Throws Error.
  static uint64_t parse(const std::string& text);

  static constexpr uint64_t kDefault = uint64_t{64} << 30U;

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> taken_ = 0;
};

}  // namespace lockstep::fetch
