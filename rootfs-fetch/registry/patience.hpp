#pragma once

#include <chrono>

#include "rootfs-fetch/registry/stop.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {

/// How often, and after how long a pause, a request is made again.
class Patience {
 public:
  explicit Patience(Stop& stop) : stop_(stop) {}

  /// After a failure: waits (half a second, then twice as long each time; as long as the server asks)
  /// and returns, or throws `error` when it is in vain.
  void wait_or_throw(const TransferError& error);
  /// Something came: what failed before counts no more, and the next pause is short.
  void encourage() {
    failures_ = 0;
    encouraged_ = true;
  }

 private:
  Stop& stop_;
  unsigned failures_ = 0;
  bool encouraged_ = false;
};

/// Calls `request()` until it succeeds or waiting is in vain; returns what it returns.
template <typename Request>
auto patiently(Stop& stop, Request request) {
  Patience patience(stop);
  while (true) {
    try {
      return request();
    } catch (const TransferError& error) {
      patience.wait_or_throw(error);
    }
  }
}

}  // namespace lockstep::fetch
