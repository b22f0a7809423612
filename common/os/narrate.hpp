#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/os/why.hpp"

/// Narration: every system-call wrapper says what it does, if it was asked to (`--explain`). What
/// is narrated is what is done: the words are made from the same arguments at the same place, and a
/// test holds them against strace's record. Off, it costs one test of a boolean a call.
namespace lockstep::narrate {

enum class Style : uint8_t {
  kOff,
  kThisLesson,  // this step's calls in full, each earlier lesson as a line with a count
  kAll,         // every lesson's calls in full
  kJson,        // one JSON object a line
};

struct Options {
  Style style = Style::kOff;
  bool stop = false;        // --step: wait for Enter before each call that is shown
  std::string_view lesson;  // "03-mount": the lesson of the running program; must outlive it
};

/// To be called once, before any child is made. Narration goes to a duplicate of standard error
/// (the container may get another one); stops read from /dev/tty, or from standard input if there
/// is none.
void begin(const Options& options);

/// In a new child, before it speaks: it owes nothing of what its parent counted, and it has a
/// number of its own.
void be_new_process();

/// Which process speaks, from now on: "host" (the start value) or "container".
void speak_as(std::string_view side);

namespace detail {
extern bool enabled;
}
inline bool on() { return detail::enabled; }

/// Before the call: `call` is its name and operands, "sethostname(\"box\")".
void before(const Why& why, const std::string& call);
/// After it: its result, or errno as `code` (0: it succeeded).
void after(const Why& why, const std::string& call, long result, int code);
/// What the last call changed in the kernel's view: "uts:[4026531838] → uts:[4026532201]".
void changed(const std::string& what);

/// Writes the count of an earlier lesson's calls that is still owed: before execve and at exit.
void flush();

/// A line of the runtime's own that isn't a call ("borrowed root: …"); to standard error, always.
void say(const std::string& sentence);

/// Whether the descriptor is narration's.
bool holds(int fd);

/// Closes what narration holds open: for a process that stays in the container (--init).
void close_all();

}  // namespace lockstep::narrate
