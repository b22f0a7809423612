#include "09-seccomp/cache_key.hpp"

#include <seccomp.h>
#include <sys/utsname.h>

#include <cstring>

#include "09-seccomp/cache.hpp"
#include "common/os/error.hpp"

namespace lockstep::seccomp {
namespace {

/// To be raised with each change to what compile() makes of a profile.
constexpr int kRevision = 1;

/// Whatever it holds, it can't be taken for what stands behind it.
void add(std::string& key, std::string_view word) {
  key += std::to_string(word.size());
  key += ':';
  key += word;
}

void add(std::string& key, uint64_t number) {
  key += std::to_string(number);
  key += ' ';
}

void add(std::string& key, const std::optional<unsigned>& number) {
  add(key, number ? *number + uint64_t{1} : 0);
}

void add(std::string& key, const oci::SyscallRule& rule) {
  add(key, rule.action);
  add(key, rule.errno_ret);
  add(key, uint64_t{rule.names.size()});
  for (const std::string& name : rule.names) add(key, name);
  add(key, uint64_t{rule.args.size()});
  for (const oci::SeccompArg& arg : rule.args) {
    add(key, uint64_t{arg.index});
    add(key, arg.value);
    add(key, arg.value_two);
    add(key, arg.op);
  }
}

/// All but the profile, and in which form that follows.
std::string key_for(std::string_view form) {
  utsname system{};
  ::uname(&system);
  return fmt::format("{} libseccomp {}.{}.{} {} {} {}\n{}\n", kRevision, SCMP_VER_MAJOR,
                     SCMP_VER_MINOR, SCMP_VER_MICRO, system.sysname, system.release, system.machine,
                     form);
}

}  // namespace

std::string key_of(std::string_view text) { return key_for("text").append(text); }

std::string key_of(const oci::Seccomp& profile) {
  std::string key = key_for("profile");
  add(key, profile.default_action);
  add(key, profile.default_errno_ret);
  add(key, uint64_t{profile.architectures.size()});
  for (const std::string& name : profile.architectures) add(key, name);
  add(key, uint64_t{profile.flags ? profile.flags->size() + 1 : 0});
  for (size_t i = 0; profile.flags && i < profile.flags->size(); ++i) add(key, (*profile.flags)[i]);
  add(key, uint64_t{profile.syscalls.size()});
  for (const oci::SyscallRule& rule : profile.syscalls) add(key, rule);
  return key;
}

uint64_t sum_of(std::string_view text) {
  uint64_t sum = 0xcbf29ce484222325U;
  for (size_t at = 0; at < text.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
    sum = (sum ^ word) * 0x100000001b3U;
    sum ^= sum >> 32U;
  }
  return sum ^ text.size();
}

}  // namespace lockstep::seccomp
