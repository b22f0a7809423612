#pragma once

#include <cstdint>
#include <string_view>

#include "rootfs-fetch/registry/registry.hpp"

namespace lockstep::fetch {

/// Completes a request for a blob: what comes is checked against its size, and handed on. A server
/// may know no ranges, or send more of the blob than was asked for: what is known is left out.
class BlobReceiver {
 public:
  /// All that it is given must outlive it.
  BlobReceiver(const images::Descriptor& blob, uint64_t from, const Registry::Receiver& receiver)
      : blob_(blob), from_(from), at_(from), receiver_(receiver) {}

  void add_to(Request& request);
  /// After the request: throws TransferError unless all has come; kAgain, if that was not the server's
  /// will.
  void check_end(const Response& response);

 private:
  void begin(const Response& response);
  void take(std::string_view data);

  const images::Descriptor& blob_;
  const uint64_t from_;
  uint64_t at_;
  uint64_t skip_ = 0;
  bool begun_ = false;
  const Registry::Receiver& receiver_;
};

}  // namespace lockstep::fetch
