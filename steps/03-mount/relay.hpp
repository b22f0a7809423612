#pragma once

#include <optional>
#include <string>

#include "02-pid/pid.hpp"

/// Lesson 03: the runtime between two terminals.
namespace lockstep::mnt {

/// This lesson's pid::Attend. With a terminal: puts the caller's terminal into raw mode, copies
/// bytes both ways, passes on size changes (SIGWINCH) and all other signals, and gives the terminal
/// back as it was, whatever happens. The detach keys (`--detach-keys`, Ctrl-P Ctrl-Q) leave the
/// container running; so does `--detach`: then a small keeper holds the master and throws away what
/// is printed, because a terminal without a master is a hang-up. Without a terminal: lesson 02's.
std::optional<ExitStatus> attend(Created& container, pid::SignalQueue& signals,
                                 const oci::Process& process);

/// "ctrl-p,ctrl-q" as the bytes that a terminal sends; "" for none.
/// Throws UsageError for what is no key.
std::string parse_detach_keys(const std::string& text);

}  // namespace lockstep::mnt
