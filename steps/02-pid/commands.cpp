#include "02-pid/commands.hpp"

namespace lockstep::pid {

void add_commands(cli::Program& step, const UndoTable& undo) {
  step.add(list_command());
  step.add(ps_command());
  step.add(kill_command(undo));
  step.add(delete_command(undo));
}

}  // namespace lockstep::pid
