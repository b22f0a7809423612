#include "tests/faults/registers.hpp"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <array>
#include <cerrno>

#include "common/os/error.hpp"

namespace lockstep::testing {
namespace {

void request(int what, pid_t pid, unsigned long address, void* data, const char* name) {
  if (::ptrace(static_cast<__ptrace_request>(what), pid, address, data) >= 0) return;
  throw SysError(errno, fmt::format("ptrace({}, {})", name, pid));
}

class Registers {
 public:
  explicit Registers(pid_t pid) : pid_(pid) { transfer(PTRACE_GETREGSET, "PTRACE_GETREGSET"); }

#if defined(__x86_64__)
  void skip() { values_.orig_rax = ~0ULL; }
  void result(long value) { values_.rax = static_cast<unsigned long long>(value); }
#elif defined(__aarch64__)
  void skip() const {
    int none = -1;
    iovec part{&none, sizeof none};
    request(PTRACE_SETREGSET, pid_, NT_ARM_SYSTEM_CALL, &part, "PTRACE_SETREGSET");
  }
  void result(long value) { values_.regs[0] = static_cast<unsigned long long>(value); }
#else
#error "say here where this machine keeps a system call's number and result"
#endif

  void write() { transfer(PTRACE_SETREGSET, "PTRACE_SETREGSET"); }

 private:
  void transfer(int what, const char* name) {
    iovec all{&values_, sizeof values_};
    request(what, pid_, NT_PRSTATUS, &all, name);
  }

  pid_t pid_;
  user_regs_struct values_{};
};

struct Name {
  uint64_t number;
  const char* name;
};
constexpr Name kNames[] = {
#include "call_names.inc"
};

}  // namespace

CallStop call_stop(pid_t pid) {
  __ptrace_syscall_info info{};
  request(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info, "PTRACE_GET_SYSCALL_INFO");
  const bool entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
  return {entry, entry ? info.entry.nr : 0};
}

void skip_call(pid_t pid) {
  Registers registers(pid);
  registers.skip();
  registers.write();
}

void fail_call(pid_t pid, int code) {
  Registers registers(pid);
  registers.result(-code);
  registers.write();
}

std::string call_name(uint64_t number) {
  for (const Name& each : kNames) {
    if (each.number == number) return each.name;
  }
  return fmt::format("call {}", number);
}

}  // namespace lockstep::testing
