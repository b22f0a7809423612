#include "rootfs-fetch/registry/blob_receiver.hpp"

#include <algorithm>
#include <optional>

#include "common/images/location.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

using Kind = TransferError::Kind;

/// The first byte that a partial answer has: "bytes 100-199/200".
std::optional<uint64_t> start_of(const Response& response) {
  const std::string range = response.header("content-range");
  if (!range.starts_with("bytes ")) return std::nullopt;
  return parse_number<uint64_t>(std::string_view(range).substr(6, range.find('-') - 6));
}

/// How many of the answer's bytes are known already: a server may not know ranges.
uint64_t known_bytes(const Response& response, uint64_t from) {
  if (response.status != 206) return from;
  const auto start = start_of(response);
  if (start && *start <= from) return from - *start;
  throw TransferError(
      Kind::kFinal,
      fmt::format("{} was asked for what begins at byte {}, and sends {}", origin_of(response.url),
                  from, images::quoted_briefly(response.header("content-range"))));
}

}  // namespace

void BlobReceiver::add_to(Request& request) {
  request.from = from_;
  request.receiver = [this](const Response& response, std::string_view data) {
    if (!begun_) begin(response);
    const auto known = static_cast<size_t>(std::min<uint64_t>(skip_, data.size()));
    skip_ -= known;
    take(data.substr(known));
  };
}

/// A server that means to send another number of bytes has another blob.
void BlobReceiver::begin(const Response& response) {
  begun_ = true;
  skip_ = known_bytes(response, from_);
  const auto length = parse_number<uint64_t>(response.header("content-length"));
  const auto wanted = static_cast<uint64_t>(blob_.size);
  if (!length || *length == wanted || response.status == 206) return;
  throw TransferError(Kind::kFinal,
                      fmt::format("the blob {}: {} sends {} bytes, and its manifest says {}",
                                  blob_.digest, origin_of(response.url), *length, wanted));
}

void BlobReceiver::check_end(const Response& response) {
  if (!begun_) begin(response);  // nothing came
  if (at_ == static_cast<uint64_t>(blob_.size)) return;
  throw TransferError(Kind::kAgain, fmt::format("the blob {} ended after {} of {} bytes",
                                                blob_.digest, at_, blob_.size));
}

void BlobReceiver::take(std::string_view data) {
  if (data.size() > static_cast<uint64_t>(blob_.size) - at_) {
    throw TransferError(
        Kind::kFinal, fmt::format("the blob {} is longer than the {} bytes that its manifest says",
                                  blob_.digest, blob_.size));
  }
  at_ += data.size();
  if (!data.empty()) receiver_(data);
}

}  // namespace lockstep::fetch
