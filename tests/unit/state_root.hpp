#pragma once

#include <functional>
#include <string>

#include "common/cli/program.hpp"
#include "tests/support/temp_dir.hpp"

namespace lockstep::testing {

/// A state root of the test's own, set as every command's `--root` sets it.
class StateRoot {
 public:
  StateRoot() { set(path()); }
  std::string path() const { return folder_ / "state"; }
  std::string operator/(const std::string& name) const { return path() + "/" + name; }

  static void set(std::string path) {
    cli::Program program("test", "", "");
    cli::Command command;
    command.name = "nothing";
    command.run = [](const std::vector<std::string>&) { return 0; };
    program.add(command);
    std::string words[] = {"test", "nothing", "--root", std::move(path)};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    if (program.run(4, argv) != 0) throw Error("--root was refused");
  }

 private:
  TempDir folder_;
};

}  // namespace lockstep::testing
