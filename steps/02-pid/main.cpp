// step02: the commands of the first two lessons.

#include "01-uts/uts.hpp"
#include "02-pid/commands.hpp"
#include "02-pid/init.hpp"
#include "02-pid/ipc.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  cli::Program step("step02", "02-pid", "a container with processes of its own");
  const pid::UndoTable undo = pid::undoers();
  step.add(pid::run_command(make_story, undo, pid::attend, {
      uts::options,
      ipc::options,
  }));
  step.add(pid::exec_command(make_story, pid::attend, {
  }));
  step.add(pid::list_command());
  step.add(pid::ps_command());
  step.add(pid::kill_command());
  step.add(pid::delete_command(undo));
  step.add(pid::init_command());
  return step.run(argc, argv);
}
