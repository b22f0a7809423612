// The commands of this step.

#include "01-uts/uts.hpp"
#include "02-pid/process.hpp"
#include "03-mount/mount.hpp"
#include "04-overlay/image.hpp"
#include "05-network/networking.hpp"
#include "06-user/users.hpp"
#include "07-cgroup/resources.hpp"
#include "08-capabilities/privileges.hpp"
#include "09-seccomp/system_calls.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  engine::guard_own_program(argc, argv);  // 09: before anything is open
  cli::Program step("step09", "09-seccomp", "a container with fewer doors to the kernel");
  never_borrow_root();  // 06: a container has a user namespace of its own
  pid::UndoTable undo = pid::undoers();
  undo.merge(overlay::undoers());  // 04: what a container of an image has on disk
  undo = net::with_undoers(undo);  // 05: interfaces, addresses, ports
  undo.merge(cgroup::undoers());   // 07: cgroups
  undo.merge(engine::undoers());   // 09: hooks
  const pid::Attend attend = engine::attending(mnt::attend);  // 09: --console-socket, NOTIFY_SOCKET
  const std::vector<ConfigOptions> run_options = {
      uts::options,  // 01: --hostname, --domainname
      ipc::options,  // 02: --ipc
      mnt::options,  // 03: --rootfs, --volume, --mount, --tmpfs, --read-only, --workdir, --tty …
      overlay::options,  // 04: IMAGE, --entrypoint
      net::options,      // 05: --network, --publish, --ip, --mac-address, --dns, --add-host
      usr::options,      // 06: --user, --group-add, --userns, --uidmap, --gidmap
      cgroup::options,   // 07: --memory, --cpus, --pids-limit, --device, --cgroupns, …
      caps::options,     // 08: --cap-add, --cap-drop, --privileged, --ulimit, --sysctl, …
      seccomp::options,  // 09: --security-opt seccomp=FILE|unconfined, --no-new-keyring
      engine::options,   // 09: --console-socket, --preserve-fds
  };
  const std::vector<pid::ProcessOptions> exec_options = {
      mnt::terminal_options,  // 03: --tty, --detach-keys
      usr::exec_options,      // 06: --user
      caps::exec_options,     // 08: --cap, --privileged
      engine::exec_options,   // 09: --process, --console-socket, --preserve-fds, …
  };
  lifecycle::add_commands(step, make_story, undo, attend, run_options,  // 04: run create start …
                          caps::complete_bundle);                       // 08: spec: few powers
  step.add(pid::exec_command(make_story, attend, exec_options));
  pid::add_commands(step, undo);  // 02: list ps kill delete
  step.add(overlay::images_command());
  step.add(overlay::diff_command());
  step.add(overlay::commit_command(cgroup::while_frozen));  // 07: it stands still meanwhile
  step.add(net::network_command());
  cgroup::add_commands(step);  // 07: pause resume update stats events top
  engine::add_commands(step);  // 09: features; --log and what else engines know of runc
  step.add(pid::init_command());
  return step.run(argc, argv);
}
