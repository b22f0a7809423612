// Names and numbers of getrlimit(2), sched(7) and ioprio_set(2).
#include <fmt/format.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "common/os/limits.hpp"
#include "common/os/text.hpp"

namespace lockstep::words {
namespace {

struct Named {
  const char* name;
  uint64_t number;
};

#define NAMED(constant) \
  Named { #constant, static_cast < uint64_t>(constant) }

constexpr std::array kResources = {
    NAMED(RLIMIT_AS),     NAMED(RLIMIT_CORE),   NAMED(RLIMIT_CPU),        NAMED(RLIMIT_DATA),
    NAMED(RLIMIT_FSIZE),  NAMED(RLIMIT_LOCKS),  NAMED(RLIMIT_MEMLOCK),    NAMED(RLIMIT_MSGQUEUE),
    NAMED(RLIMIT_NICE),   NAMED(RLIMIT_NOFILE), NAMED(RLIMIT_NPROC),      NAMED(RLIMIT_RSS),
    NAMED(RLIMIT_RTPRIO), NAMED(RLIMIT_RTTIME), NAMED(RLIMIT_SIGPENDING), NAMED(RLIMIT_STACK)};

/// (The header's SCHED_NORMAL is what all others call SCHED_OTHER. SCHED_ISO is a number that no
/// kernel knows anything of.)
constexpr std::array kPolicies = {Named{"SCHED_OTHER", SCHED_NORMAL},
                                  NAMED(SCHED_FIFO),
                                  NAMED(SCHED_RR),
                                  NAMED(SCHED_BATCH),
                                  Named{"SCHED_ISO", 4},
                                  NAMED(SCHED_IDLE),
                                  NAMED(SCHED_DEADLINE)};

constexpr std::array kFlags = {NAMED(SCHED_FLAG_RESET_ON_FORK), NAMED(SCHED_FLAG_RECLAIM),
                               NAMED(SCHED_FLAG_DL_OVERRUN),    NAMED(SCHED_FLAG_KEEP_POLICY),
                               NAMED(SCHED_FLAG_KEEP_PARAMS),   NAMED(SCHED_FLAG_UTIL_CLAMP_MIN),
                               NAMED(SCHED_FLAG_UTIL_CLAMP_MAX)};

constexpr std::array kIoClasses = {NAMED(IOPRIO_CLASS_RT), NAMED(IOPRIO_CLASS_BE),
                                   NAMED(IOPRIO_CLASS_IDLE)};

#undef NAMED

template <typename Number, size_t N>
std::optional<Number> number_of(const std::array<Named, N>& names, std::string_view name) {
  const auto* const found = std::find_if(names.begin(), names.end(),
                                         [&](const Named& named) { return name == named.name; });
  return found == names.end() ? std::nullopt : std::optional(static_cast<Number>(found->number));
}

constexpr unsigned kCpus = 1024;  // of a cpu_set_t

}  // namespace

std::optional<int> resource_number(std::string_view name) {
  return number_of<int>(kResources, name);
}

std::string resource(int number) {
  for (const Named& named : kResources) {
    if (named.number == static_cast<uint64_t>(number)) return named.name;
  }
  return fmt::format("resource {}", number);
}

std::vector<std::string> resources() {
  std::vector<std::string> names;
  names.reserve(kResources.size());
  for (const Named& named : kResources) names.emplace_back(named.name);
  return names;
}

std::string limit(uint64_t value) {
  return value == UINT64_MAX ? "RLIM64_INFINITY" : std::to_string(value);
}

std::optional<uint32_t> scheduling_policy(std::string_view name) {
  return number_of<uint32_t>(kPolicies, name);
}

std::optional<uint64_t> scheduling_flag(std::string_view name) {
  return number_of<uint64_t>(kFlags, name);
}

std::optional<int> io_class(std::string_view name) { return number_of<int>(kIoClasses, name); }

std::optional<std::vector<unsigned>> cpu_list(std::string_view text) {
  std::vector<unsigned> cpus;
  for (const std::string& part : split(text, ',')) {
    const size_t dash = part.find('-');
    const auto first = parse_number<unsigned>(part.substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : parse_number<unsigned>(part.substr(dash + 1));
    if (!first || !last || *first > *last || *last >= kCpus) return std::nullopt;
    for (unsigned cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

}  // namespace lockstep::words
