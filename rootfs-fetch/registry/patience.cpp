#include "rootfs-fetch/registry/patience.hpp"

#include <algorithm>
#include <random>

namespace lockstep::fetch {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kMostFailures = 5;
constexpr milliseconds kShortPause{50};
constexpr milliseconds kFirstPause{500};
constexpr std::chrono::seconds kLongestWait{120};

/// Somewhat more or less, so that a thousand clients don't come back at the same moment.
milliseconds spread(milliseconds pause) {
  static thread_local std::minstd_rand random(std::random_device{}());
  return pause * std::uniform_int_distribution<int>(75, 125)(random) / 100;
}

}  // namespace

void Patience::wait_or_throw(const TransferError& error) {
  const bool may_help = error.may_pass() && error.kind() != TransferError::Kind::kUnreachable;
  if (!may_help || stop_.requested() || ++failures_ > kMostFailures) throw error;
  if (error.wait() && *error.wait() > kLongestWait) {
    throw TransferError(
        TransferError::Kind::kFinal,
        fmt::format("{}; it asks to wait for {} s", error.what(), error.wait()->count()),
        "try again then");
  }
  const milliseconds pause = encouraged_ ? kShortPause : kFirstPause * (1U << (failures_ - 1));
  encouraged_ = false;
  const milliseconds asked = error.wait().value_or(std::chrono::seconds(0));
  if (stop_.sleep(std::max(spread(pause), asked))) throw error;
}

}  // namespace lockstep::fetch
