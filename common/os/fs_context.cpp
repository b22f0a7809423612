#include "common/os/fs_context.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "common/os/call.hpp"
#include "common/os/mount_api.hpp"

namespace lockstep::sys {
namespace {

/// What the file system says of its errors: lines like "e overlay: Unknown parameter 'x'".
std::string kernels_words(const Fd& context) {
  std::string out;
  std::array<char, 512> line{};
  for (;;) {
    const ssize_t length = ::read(context.get(), line.data(), line.size());
    if (length <= 2) break;
    out += out.empty() ? "the kernel says: " : "; ";
    out.append(line.data() + 2, static_cast<size_t>(length) - 2);
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

void configure(const Fd& context, unsigned command, const char* command_name,
               const std::string& key, const std::string* value, Why why) {
  call(
      why,
      [&] {
        return fmt::format("fsconfig({}, {}{}{})", context.get(), command_name,
                           key.empty() ? "" : ", " + quoted(key),
                           value == nullptr ? "" : ", " + quoted(*value));
      },
      [&] {
        return ::syscall(SYS_fsconfig, context.get(), command, key.empty() ? nullptr : key.c_str(),
                         value == nullptr ? nullptr : value->c_str(), 0);
      },
      [&](int) { return kernels_words(context); });
}

}  // namespace

Fd open_file_system(const std::string& type, Why why) {
  return Fd(static_cast<int>(call(
      why, [&] { return fmt::format("fsopen({}, FSOPEN_CLOEXEC)", quoted(type)); },
      [&] { return ::syscall(SYS_fsopen, type.c_str(), FSOPEN_CLOEXEC); })));
}

void set_option(const Fd& context, const std::string& key, const std::string& value, Why why) {
  configure(context, FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING", key, &value, why);
}

void set_option(const Fd& context, const std::string& key, Why why) {
  configure(context, FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG", key, nullptr, why);
}

Fd make_mount(const Fd& context, Why why) {
  configure(context, FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE", "", nullptr, why);
  return Fd(static_cast<int>(call(
      why, [&] { return fmt::format("fsmount({}, FSMOUNT_CLOEXEC, 0)", context.get()); },
      [&] { return ::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0); })));
}

}  // namespace lockstep::sys
