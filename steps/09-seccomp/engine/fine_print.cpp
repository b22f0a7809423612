#include "09-seccomp/engine/fine_print.hpp"

#include <utility>

#include "09-seccomp/engine/notify_socket.hpp"

namespace lockstep::engine {

void FinePrint::prepare() {
  hooks_.prepare();
  clocks_.check();
  joined_.open();
}

void FinePrint::prepare_to_enter(pid_t container) { joined_.read_maps_of(container); }

Child FinePrint::clone(uint64_t namespaces, sys::Birthplace* birthplace, Undo& undo,
                       const std::function<void()>& body) {
  hooks_.note(undo);
  make_notify_folder(config_, undo);
  const uint64_t own = joined_.but_for_shared(namespaces);
  const Why why =
      "the container's first process, in namespaces of its own from its first instruction on";
  Child child = joined_.empty()
                    ? Child::clone(own, birthplace, body, why)
                    : Child::clone_beyond([this] { joined_.enter(); }, own, birthplace, body, why);
  listen_for_readiness(undo, config_.process.detached);
  return child;
}

void FinePrint::inside() { clocks_.set(); }

LastStep FinePrint::before(LastStep last) const {
  return [this, last = std::move(last)] {
    hooks_.start_inside();
    last();
  };
}

}  // namespace lockstep::engine
