#include "rootfs-fetch/size_limit.hpp"

#include <limits>

#include "common/images/image.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::fetch {

void SizeLimit::take(uint64_t bytes) {
  const uint64_t before = taken_.fetch_add(bytes);
  if (before <= limit_ && bytes <= limit_ - before) return;
  throw Error(fmt::format("the image unpacks to more than {}",
                          images::human_size(static_cast<int64_t>(limit_))),
              "if you trust it, raise the limit: --max-size SIZE");
}

uint64_t SizeLimit::parse(const std::string& text) {
  constexpr std::string_view kUnits = "kMGT";
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  std::string number = text;
  uint64_t factor = 1;
  if (!number.empty()) {
    const size_t unit = kUnits.find(number.back() == 'K' ? 'k' : number.back());
    if (unit != std::string_view::npos) {
      number.pop_back();
      for (size_t i = 0; i <= unit; ++i) factor *= 1024;
    }
  }
  const auto value = parse_number<uint64_t>(number);
  if (value && *value > 0 && *value <= kMost / factor) return *value * factor;
  throw Error(fmt::format("expected a size, got {}", images::quoted_briefly(text)),
              "a size is a number of bytes, or one with k, M, G or T behind it: 500M");
}

}  // namespace lockstep::fetch
