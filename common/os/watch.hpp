#pragma once

#include <cstdint>
#include <initializer_list>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// Descriptors to wait on with poll(2), for what would else not be one. Each call narrates itself and
/// throws SysError.
namespace lockstep::sys {

/// eventfd(2): a number that others add to; readable when it isn't 0. Never blocks.
Fd make_event_counter(Why why = {});

/// Reads the number and puts it back to 0. 0 if nothing has been added.
uint64_t take_events(const Fd& counter);

/// signalfd(2): blocks these signals from now on; when one has come, the descriptor is readable.
Fd make_signal_file(std::initializer_list<int> signals, Why why = {});

}  // namespace lockstep::sys
