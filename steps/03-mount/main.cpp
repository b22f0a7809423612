// The commands of this step.

#include "01-uts/uts.hpp"
#include "02-pid/process.hpp"
#include "03-mount/mount.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  cli::Program step("step03", "03-mount", "a container with files of its own");
  pid::UndoTable undo = pid::undoers();
  const pid::Attend attend = mnt::attend;
  const std::vector<ConfigOptions> run_options = {
      uts::options,  // 01: --hostname, --domainname
      ipc::options,  // 02: --ipc
      mnt::options,  // 03: --rootfs, --volume, --mount, --tmpfs, --read-only, --workdir, --tty …
  };
  const std::vector<pid::ProcessOptions> exec_options = {
      // what later lessons add
      mnt::terminal_options,  // 03: --tty, --detach-keys
  };
  step.add(pid::run_command(make_story, undo, attend, run_options));
  step.add(pid::exec_command(make_story, attend, exec_options));
  pid::add_commands(step, undo);  // 02: list ps kill delete
  step.add(pid::init_command());
  return step.run(argc, argv);
}
