#include "02-pid/signals.hpp"

#include <unistd.h>

#include <csignal>

#include "common/os/processes.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/in_child.hpp"

using namespace lockstep;
using testing::in_child;

namespace {

/// A child that waits for a signal, as a program would after execve: with none blocked.
Child waiting_child(const std::string& script) {
  Pipe ready = Pipe::make();
  Child child = Child::clone(0, [&] {
    ::dup2(ready.write_end.get(), STDOUT_FILENO);
    sys::execute("/bin/sh", {"sh", "-c", script}, {"PATH=/bin:/usr/bin"});
  });
  ready.write_end.reset();
  char c = 0;
  while (::read(ready.read_end.get(), &c, 1) < 0 && errno == EINTR) {
  }
  return child;
}

}  // namespace

TEST_CASE("signals: from the queue's making on none hits the runtime, and none is lost") {
  CHECK(in_child([] {
          pid::SignalQueue queue;
          std::string seen = std::to_string(queue.next());
          for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGRTMIN + 3}) {
            ::raise(signal);
            const int next = queue.next();
            seen += next == signal ? " right" : " " + std::to_string(next);
          }
          return seen + " " + std::to_string(queue.next());
        }) == "0 right right right right right 0");
}

TEST_CASE("signals: what tells of the runtime's own mistakes still ends it") {
  CHECK(in_child([] {
          const pid::SignalQueue queue;
          ::signal(SIGABRT, SIG_DFL);
          ::raise(SIGABRT);
          return std::string("survived");
        }) == "(ended with wait status 0x6)");
}

TEST_CASE("signals: they are passed on to the container, whose end is the runtime's") {
  CHECK(in_child([] {
          pid::SignalQueue queue;
          Child child = waiting_child("trap 'exit 42' USR1; echo; while :; do sleep 0.01; done");
          ::raise(SIGUSR1);
          return pid::forward_until_end(queue, child).words();
        }) == "exited with 42");
}

TEST_CASE("signals: a signal that came before the program was ready reaches it too") {
  CHECK(in_child([] {
          pid::SignalQueue queue;
          ::raise(SIGTERM);
          Child child = waiting_child("echo; exec sleep 1000");
          return pid::forward_until_end(queue, child).words();
        }) == "was killed by SIGTERM");
}

TEST_CASE("signals: without any, the end is simply waited for") {
  CHECK(in_child([] {
          pid::SignalQueue queue;
          Child child = waiting_child("exit 7");
          return pid::forward_until_end(queue, child).words();
        }) == "exited with 7");
}
