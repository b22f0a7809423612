#pragma once

#include <cstdint>
#include <functional>

#include "common/os/child.hpp"

/// Work that is to be done elsewhere than this process is, in namespaces that it would not come
/// back from: a child goes there and does it.
namespace lockstep {

struct Errand {
  uint64_t namespaces = 0;                               // new ones for the child: CLONE_NEW*
  std::function<void(const Child&)> for_the_child = {};  // here, while it waits
  Why why = {};
};

/// The exit code that `body` returns, in the child. What it prints goes out in its order; what it
/// throws is thrown here as an Error with the same words.
int run_errand(const Errand& errand, const std::function<int()>& body);

}  // namespace lockstep
