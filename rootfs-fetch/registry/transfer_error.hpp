#pragma once

#include <chrono>
#include <optional>

#include "common/os/error.hpp"

namespace lockstep::fetch {

/// A request that did not come to its end.
class TransferError : public Error {
 public:
  enum class Kind : uint8_t {
    kAgain,        // the same may succeed later: a connection that broke
    kBusy,         // so it may, for the server said so: 429, 503
    kSilent,       // the same, after a long time in which nothing came
    kUnreachable,  // there is nobody to talk to
    kMissing,      // 404
    kDenied,       // 401, 403
    kFinal,
  };

  TransferError(Kind kind, const std::string& what, std::string hint = "",
                std::optional<std::chrono::seconds> wait = std::nullopt)
      : Error(what, std::move(hint)), kind_(kind), wait_(wait) {}

  Kind kind() const { return kind_; }
  /// Whether the same may succeed another time.
  bool may_pass() const {
    return kind_ == Kind::kAgain || kind_ == Kind::kBusy || kind_ == Kind::kSilent ||
           kind_ == Kind::kUnreachable;
  }
  /// How long the server asks to wait (Retry-After).
  std::optional<std::chrono::seconds> wait() const { return wait_; }

 private:
  Kind kind_;
  std::optional<std::chrono::seconds> wait_;
};

}  // namespace lockstep::fetch
