#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "09-seccomp/seccomp.hpp"

namespace lockstep::seccomp {

/// What the kernel would answer to a call: its machine for filters, as far as they use it.
inline uint32_t answer(const Program& program, uint32_t arch, uint32_t number,
                       const std::array<uint64_t, 6>& arguments = {}) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = arch;
  std::memcpy(data.args, arguments.data(), sizeof data.args);
  uint32_t a = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    bool is_true = false;
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, sizeof a);
        continue;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= step.k;
        continue;
      case BPF_RET | BPF_K:
        return step.k;
      case BPF_JMP | BPF_JA:
        at += step.k;
        continue;
      case BPF_JMP | BPF_JEQ | BPF_K:
        is_true = a == step.k;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        is_true = a > step.k;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        is_true = a >= step.k;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        is_true = (a & step.k) != 0;
        break;
      default:
        throw std::runtime_error("an instruction that this machine doesn't have");
    }
    at += is_true ? step.jt : step.jf;
  }
  throw std::runtime_error("it ends without an answer");
}

constexpr uint32_t kAllowed = SECCOMP_RET_ALLOW;
constexpr uint32_t fails_with(int code) { return SECCOMP_RET_ERRNO | static_cast<uint32_t>(code); }

#if defined(__x86_64__)
constexpr uint32_t kHere = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kHere = AUDIT_ARCH_AARCH64;
#endif

}  // namespace lockstep::seccomp
