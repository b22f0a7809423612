#include "common/os/errand.hpp"

#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/handshake.hpp"
#include "common/os/output.hpp"
#include "common/os/processes.hpp"

namespace lockstep {
namespace {

[[noreturn]] void run(Handshake& parent, const std::function<int()>& body) {
  int result = 0;
  try {
    sys::set_parent_death_signal(SIGKILL);
    parent.await_release(Stage::kCloned);
    result = body();
    flush_output();
  } catch (const std::exception& error) {
    parent.fail(error, "");
  }
  ::_exit(result);
}

}  // namespace

int run_errand(const Errand& errand, const std::function<int()>& body) {
  flush_output();  // else the child would write it once more
  Handshake handshake;
  Child child = Child::clone(
      errand.namespaces,
      [&] {
        handshake.be_child();
        run(handshake, body);
      },
      errand.why);
  handshake.be_host();
  if (errand.for_the_child) errand.for_the_child(child);
  handshake.release(Stage::kCloned);
  handshake.await_exec();
  const ExitStatus status = child.wait();
  const int code = status.shell_code();
  if (code > 128)
    throw Error(fmt::format("the process that was to do a part of it {}", status.words()));
  return code;
}

}  // namespace lockstep
