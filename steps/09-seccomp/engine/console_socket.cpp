// A terminal whose other end an engine holds.
#include <sys/ioctl.h>

#include "09-seccomp/engine/command_line.hpp"
#include "09-seccomp/engine/notify_socket.hpp"
#include "common/os/error.hpp"
#include "common/os/unix_socket.hpp"

namespace lockstep::engine {
namespace {

/// The slave's name inside, which goes with it.
std::string name_of(const Fd& master) {
  int number = 0;
  if (::ioctl(master.get(), TIOCGPTN, &number) != 0) throw SysError(errno, "ioctl(ptmx, TIOCGPTN)");
  return fmt::format("/dev/pts/{}", number);
}

pid::Attend giving_terminals_away(pid::Attend attend) {
  return [attend = std::move(attend)](Created& container, pid::SignalQueue& signals,
                                      const oci::Process& process) {
    if (process.console_socket.empty()) return attend(container, signals, process);
    if (!process.terminal)
      throw Error("--console-socket: the process has no terminal that could be sent there",
                  "process.terminal in its config.json is true, or --tty is given");
    const Fd master = container.handshake.receive();
    sys::send_descriptor({process.console_socket, "--console-socket",
                          "the engine listens on that socket before it calls the runtime"},
                         name_of(master), master);
    oci::Process rest = process;
    rest.terminal = false;  // for us
    return attend(container, signals, rest);
  };
}

}  // namespace

pid::Attend attending(pid::Attend attend) {
  return handing_readiness_on(giving_terminals_away(std::move(attend)));
}

}  // namespace lockstep::engine
