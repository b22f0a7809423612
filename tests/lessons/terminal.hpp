#pragma once

#include <string>

#include "common/os/fd.hpp"

namespace lockstep::lessons {

/// A terminal, as a person has one: what is typed into it, and what it shows.
class Terminal {
 public:
  Terminal(unsigned short rows, unsigned short columns);

  /// In a child: a session of its own with this terminal, for standard input, output and error.
  void take() const;

  void type(const std::string& keys);
  /// Another size; the kernel tells the programs in the foreground (SIGWINCH).
  void resize(unsigned short rows, unsigned short columns);
  /// Reads on until `text` is shown; false if that doesn't happen in time.
  bool shows(const std::string& text);
  /// All that it has shown so far, without carriage returns.
  const std::string& shown() const { return shown_; }
  /// Whether the open file `path` is this terminal.
  bool is(const std::string& path) const;
  /// Its modes (echo, line by line, Ctrl-C as a signal …) in words, to be compared.
  std::string modes() const;

 private:
  void read_some();

  Fd master_;
  Fd slave_;  // held, so that the terminal stays when the last program has let go of it
  std::string shown_;
};

}  // namespace lockstep::lessons
