// The commands of this step.

#include "01-uts/uts.hpp"
#include "02-pid/process.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  cli::Program step("step02", "02-pid", "a container with processes of its own");
  pid::UndoTable undo = pid::undoers();
  const pid::Attend attend = pid::attend;
  step.add(pid::run_command(make_story, undo, attend, {
      uts::options,
      ipc::options,
  }));
  step.add(pid::exec_command(make_story, attend, {
  }));
  step.add(pid::list_command());
  step.add(pid::ps_command());
  step.add(pid::kill_command());
  step.add(pid::delete_command(undo));
  step.add(pid::init_command());
  return step.run(argc, argv);
}
