// Device rules as a program for the kernel's own machine (eBPF).
#include <linux/bpf.h>

#include "07-cgroup/device_filter.hpp"

namespace lockstep::cgroup {
namespace {

// It is given a bpf_cgroup_dev_ctx, in register 1: the type in the lower half of a word and what is
// wanted in the upper one, then the numbers. What it leaves in register 0 is the answer: 0 is no.
constexpr uint8_t kResult = BPF_REG_0;
constexpr uint8_t kContext = BPF_REG_1;
constexpr uint8_t kWanted = BPF_REG_2;
constexpr uint8_t kType = BPF_REG_3;
constexpr uint8_t kMajor = BPF_REG_4;
constexpr uint8_t kMinor = BPF_REG_5;

bpf_insn instruction(unsigned code, uint8_t to, uint8_t from, int16_t offset, int32_t constant) {
  bpf_insn out{};
  out.code = static_cast<uint8_t>(code);
  out.dst_reg = to & 0xFU;
  out.src_reg = from & 0xFU;
  out.off = offset;
  out.imm = constant;
  return out;
}

bpf_insn load_word(uint8_t to, size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, kContext, static_cast<int16_t>(offset), 0);
}
bpf_insn set(uint8_t to, int32_t constant) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, constant);
}
bpf_insn set_to(uint8_t to, uint8_t from) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}
bpf_insn keep_bits(uint8_t in, int32_t bits) {  // 32 bits wide: ~bits is not to be extended
  return instruction(BPF_ALU | BPF_AND | BPF_K, in, 0, 0, bits);
}
bpf_insn shift_right(uint8_t in, int32_t by) {
  return instruction(BPF_ALU | BPF_RSH | BPF_K, in, 0, 0, by);
}
/// To the next rule, `instructions` further.
bpf_insn skip_unless_equal(uint8_t left, int32_t right, size_t instructions) {
  return instruction(BPF_JMP | BPF_JNE | BPF_K, left, 0, static_cast<int16_t>(instructions), right);
}
bpf_insn leave() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

int32_t access_bits(const std::string& letters) {
  int32_t bits = 0;
  for (const char letter : letters)
    bits |= letter == 'r'   ? BPF_DEVCG_ACC_READ
            : letter == 'w' ? BPF_DEVCG_ACC_WRITE
                            : BPF_DEVCG_ACC_MKNOD;
  return bits;
}

/// What is done when the device is the rule's.
std::vector<bpf_insn> decide(const oci::DeviceRule& rule) {
  constexpr int32_t kAll = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD;
  const int32_t bits = access_bits(rule.access);
  if (bits == kAll) return {set(kResult, rule.allow ? 1 : 0), leave()};
  if (rule.allow)  // these need no further permission; and if that was all
    return {keep_bits(kWanted, ~bits), skip_unless_equal(kWanted, 0, 2), set(kResult, 1), leave()};
  const bpf_insn any_of_them = instruction(BPF_JMP | BPF_JSET | BPF_K, kWanted, 0, 1, bits);
  const bpf_insn next_rule = instruction(BPF_JMP | BPF_JA, 0, 0, 2, 0);
  return {any_of_them, next_rule, set(kResult, 0), leave()};
}

void append(std::vector<bpf_insn>& program, const oci::DeviceRule& rule) {
  const std::vector<bpf_insn> decision = decide(rule);
  size_t left = (rule.type != "a" ? 1U : 0U) + (rule.major ? 1U : 0U) + (rule.minor ? 1U : 0U);
  const auto unless = [&](uint8_t left_side, int64_t right) {
    program.push_back(
        skip_unless_equal(left_side, static_cast<int32_t>(right), --left + decision.size()));
  };
  if (rule.type != "a") unless(kType, rule.type == "b" ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  if (rule.major) unless(kMajor, *rule.major);
  if (rule.minor) unless(kMinor, *rule.minor);
  program.insert(program.end(), decision.begin(), decision.end());
}

}  // namespace

std::vector<bpf_insn> device_program(const std::vector<oci::DeviceRule>& rules) {
  std::vector<bpf_insn> program = {
      load_word(kWanted, offsetof(bpf_cgroup_dev_ctx, access_type)),
      set_to(kType, kWanted),
      keep_bits(kType, 0xFFFF),
      shift_right(kWanted, 16),
      load_word(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load_word(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  // The last rule is asked first. Behind one about everything none is ever reached, which the
  // kernel would refuse.
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    append(program, *rule);
    if (is_about_all(*rule)) return program;
  }
  program.push_back(set(kResult, 0));
  program.push_back(leave());
  return program;
}

}  // namespace lockstep::cgroup
