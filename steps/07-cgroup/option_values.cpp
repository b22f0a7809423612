#include "07-cgroup/option_values.hpp"

#include "03-mount/volumes.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {

int64_t bytes(const std::string& option, const std::string& text) {
  return *parse_number<int64_t>(mnt::parse_size(option, text));
}

int64_t number(const std::string& option, const std::string& text, int64_t min, int64_t max) {
  const auto value = parse_number<int64_t>(text);
  if (value && *value >= min && *value <= max) return *value;
  throw cli::UsageError(
      fmt::format("{}: expected a number from {} to {}, got {}", option, min, max, quoted(text)));
}

}  // namespace lockstep::cgroup
