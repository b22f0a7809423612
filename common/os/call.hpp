#pragma once

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <string>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/why.hpp"

namespace lockstep {

/// Makes one system call that may fail in ways that are answers: returns the errno if it is one of
/// `answers`, 0 if it succeeds. (Not an exception: the first one costs a static program over a
/// millisecond, for its unwinder sorts its tables then.) Else as call().
template <typename Describe, typename Invoke, typename Hint>
int call_for_answer(const Why& why, std::initializer_list<int> answers, Describe describe,
                    Invoke invoke, Hint hint) {
  if (narrate::on()) narrate::before(why, describe());
  const long result = invoke();
  const int code = result < 0 ? errno : 0;  // save first: formatting may change errno
  if (narrate::on()) narrate::after(why, describe(), result, code);
  const bool known = code == 0 || std::find(answers.begin(), answers.end(), code) != answers.end();
  if (!known) throw SysError(code, describe(), hint(code));
  return code;
}

template <typename Describe, typename Invoke>
int call_for_answer(const Why& why, std::initializer_list<int> answers, Describe describe,
                    Invoke invoke) {
  return call_for_answer(why, answers, describe, invoke, [](int) { return std::string(); });
}

/// Makes one system call: narrates it if asked; on failure throws a SysError with its operands and
/// a hint. The way every wrapper in this folder is written:
///   call(why, [&] { return fmt::format("sethostname({})", quoted(name)); },
///        [&] { return ::sethostname(name.data(), name.size()); }, [](int code) { return hint; });
/// `describe` runs only when its words are needed; `hint(errno)` only on failure.
template <typename Describe, typename Invoke, typename Hint>
long call(const Why& why, Describe describe, Invoke invoke, Hint hint) {
  long result = 0;
  call_for_answer(
      why, {}, describe, [&] { return result = invoke(); }, hint);
  return result;
}

template <typename Describe, typename Invoke>
long call(const Why& why, Describe describe, Invoke invoke) {
  return call(why, describe, invoke, [](int) { return std::string(); });
}

}  // namespace lockstep
