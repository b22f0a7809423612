#pragma once

#include <cerrno>
#include <string>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/why.hpp"

namespace lockstep {

/// Makes one system call: narrates it if asked; on failure throws a SysError with its operands and
/// a hint. The way every wrapper in this folder is written:
///   call(why, [&] { return fmt::format("sethostname({})", quoted(name)); },
///        [&] { return ::sethostname(name.data(), name.size()); }, [](int code) { return hint; });
/// `describe` runs only when its words are needed; `hint(errno)` only on failure.
template <typename Describe, typename Invoke, typename Hint>
long call(const Why& why, Describe describe, Invoke invoke, Hint hint) {
  if (narrate::on()) narrate::before(why, describe());
  const long result = invoke();
  const int code = result < 0 ? errno : 0;  // save first: formatting may change errno
  if (narrate::on()) narrate::after(why, describe(), result, code);
  if (code != 0) throw SysError(code, describe(), hint(code));
  return result;
}

template <typename Describe, typename Invoke>
long call(const Why& why, Describe describe, Invoke invoke) {
  return call(why, describe, invoke, [](int) { return std::string(); });
}

}  // namespace lockstep
