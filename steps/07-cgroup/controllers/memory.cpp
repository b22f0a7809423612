// The memory controller: how much memory, and how much swap.
#include <fmt/format.h>

#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

constexpr const char* kWhyLimit =
    "beyond it the kernel takes memory back, and when it finds none ends a process in here";

bool asks(const std::optional<int64_t>& bytes) { return bytes.value_or(0) != 0; }

std::string words(int64_t bytes) { return bytes < 0 ? "max" : std::to_string(bytes); }

/// Memory may never exceed memory and swap: which has to be written first depends on what it was.
void set_limit_and_swap_v1(const oci::MemoryLimits& memory, const Folder& folder) {
  // Unlimited memory with limited swap can't be.
  const auto swap = memory.limit == -1 && !asks(memory.swap) ? memory.limit : memory.swap;
  const auto write_swap = [&] {
    if (asks(swap))
      folder.write("memory.memsw.limit_in_bytes", std::to_string(*swap),
                   "memory and swap together");
  };
  bool swap_first = false;
  if (asks(memory.limit) && asks(swap)) {
    const auto now = parse_number<int64_t>(folder.read("memory.memsw.limit_in_bytes").value_or(""));
    swap_first = now && (*memory.limit < 0 || *memory.limit > *now);
  }
  const bool quiet = memory.limit == -1 && !asks(memory.swap) &&
                     !folder.has("memory.memsw.limit_in_bytes");  // no swap to be accounted for
  if (swap_first) write_swap();
  if (asks(memory.limit))
    folder.write("memory.limit_in_bytes", std::to_string(*memory.limit), kWhyLimit);
  if (!swap_first && !quiet) write_swap();
}

void set_v1(const oci::MemoryLimits& memory, const Folder& folder) {
  if (memory.use_hierarchy) folder.write("memory.use_hierarchy", *memory.use_hierarchy ? "1" : "0");
  set_limit_and_swap_v1(memory, folder);
  if (asks(memory.reservation))
    folder.write("memory.soft_limit_in_bytes", std::to_string(*memory.reservation),
                 "when the machine is short of memory, it is taken back to so much");
  if (asks(memory.kernel_tcp))
    folder.write("memory.kmem.tcp.limit_in_bytes", std::to_string(*memory.kernel_tcp));
  if (memory.swappiness) folder.write("memory.swappiness", std::to_string(*memory.swappiness));
  if (memory.disable_oom_killer)
    folder.write("memory.oom_control", *memory.disable_oom_killer ? "1" : "0");
}

[[noreturn]] void refuse_v2(const char* field, const char* what) {
  throw Error(fmt::format("linux.resources.memory.{}: cgroup v2 has {}", field, what),
              "leave it out");
}

void set_v2(const oci::MemoryLimits& memory, const Folder& folder) {
  if (memory.swappiness) refuse_v2("swappiness", "no swappiness of its own for a cgroup");
  if (memory.disable_oom_killer == true) refuse_v2("disableOOMKiller", "no cgroup without it");
  if (memory.use_hierarchy == false) refuse_v2("useHierarchy", "nothing but a hierarchy");
  if (asks(memory.kernel_tcp)) refuse_v2("kernelTCP", "no limit for that alone");
  if (asks(memory.swap) || memory.limit == -1) {
    folder.write("memory.swap.max", words(swap_alone(memory)), "swap alone: memory counts apart");
  }
  if (asks(memory.limit)) folder.write("memory.max", words(*memory.limit), kWhyLimit);
  if (asks(memory.reservation))
    folder.write("memory.low", words(*memory.reservation),
                 "so much is left to it when the machine is short of memory");
}

void check_usage(const oci::MemoryLimits& memory, const Folder& folder) {
  if (memory.check_before_update != true || memory.limit.value_or(-1) <= 0) return;
  const std::string file = folder.is_v2() ? "memory.current" : "memory.usage_in_bytes";
  const auto used = parse_number<int64_t>(folder.read(file).value_or(""));
  if (!used || *used <= *memory.limit) return;
  throw Error(
      fmt::format("linux.resources.memory.limit: {} bytes are less than the {} that are in use",
                  *memory.limit, *used),
      "checkBeforeUpdate asks for this error; without it the kernel would end processes");
}

}  // namespace

int64_t swap_alone(const oci::MemoryLimits& memory) {
  const int64_t limit = memory.limit.value_or(0);
  const int64_t swap = memory.swap.value_or(0);
  if (swap == -1 || (swap == 0 && limit == -1)) return -1;
  if (limit == 0)
    throw Error(
        "a limit of swap (linux.resources.memory.swap) needs one of memory, for it is of "
        "both together",
        "give memory a limit, too");
  if (limit == -1)
    throw Error("swap can't be limited (linux.resources.memory.swap) where memory is not");
  return swap - limit;
}

void set_memory(const oci::MemoryLimits& memory, const Folders& folders) {
  if (asks(memory.kernel))
    narrate::say(
        "(linux.resources.memory.kernel is not set: the kernel has no such limit any more)");
  const auto limits = [](const std::optional<int64_t>& bytes) { return bytes.value_or(0) > 0; };
  const bool any = limits(memory.limit) || limits(memory.reservation) || limits(memory.swap) ||
                   limits(memory.kernel_tcp) || memory.swappiness ||
                   memory.disable_oom_killer == true;
  // "No limit", and "false", can be had without a memory controller.
  if (!any && folders.find("memory") == nullptr) return;
  const Folder& folder = folders.need("memory", "a limit of memory (linux.resources.memory)");
  check_usage(memory, folder);
  if (folder.is_v2()) return set_v2(memory, folder);
  set_v1(memory, folder);
}

}  // namespace lockstep::cgroup
