// The commands of this step.

#include "01-uts/uts.hpp"
#include "02-pid/process.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  cli::Program step("step02", "02-pid", "a container with processes of its own");
  pid::UndoTable undo = pid::undoers();
  const pid::Attend attend = pid::attend;
  const std::vector<ConfigOptions> run_options = {
      uts::options,  // 01: --hostname, --domainname
      ipc::options,  // 02: --ipc
  };
  const std::vector<pid::ProcessOptions> exec_options = {
      // what later lessons add
  };
  step.add(pid::run_command(make_story, undo, attend, run_options));
  step.add(pid::exec_command(make_story, attend, exec_options));
  pid::add_commands(step, undo);  // 02: list ps kill delete
  step.add(pid::init_command());
  return step.run(argc, argv);
}
