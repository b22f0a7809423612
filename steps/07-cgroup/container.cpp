// The story of this step's container. Each line is a lesson; their order is the order in which it
// has to be done.
//
//     the runtime  on_the_host, clone3, for_the_child,              start, …
//     the child                         inside, up to "created", …         become, the program

#include <sched.h>

#include "01-uts/uts.hpp"
#include "02-pid/process.hpp"
#include "03-mount/mount.hpp"
#include "04-overlay/image.hpp"
#include "05-network/networking.hpp"
#include "06-user/users.hpp"
#include "07-cgroup/resources.hpp"
#include "common/story/program.hpp"
#include "common/story/story.hpp"

namespace lockstep {
namespace {

class Container : public Story {
 public:
  explicit Container(const oci::Config& config) : config_(config) {}

  uint64_t namespaces() const override {
    return CLONE_NEWUTS |                // 01: host and domain name
           CLONE_NEWPID |                // 02: processes
           CLONE_NEWNS |                 // 03: mounts
           net::new_network(config_) |   // 05: CLONE_NEWNET, interfaces, ports, abstract sockets
           usr::new_users(config_) |     // 06: CLONE_NEWUSER, users
           ipc::new_namespace(config_);  // 02: CLONE_NEWIPC, System V IPC and message queues
  }

  sys::Birthplace* birthplace() override { return cgroup_.birthplace(); }  // 07: a cgroup
  std::string why_it_ended() const override { return cgroup_.why_it_ended(); }

  void on_the_host(Undo& undo) override {
    // The runtime, before it clones the child.
    overlay_.prepare(undo);
    network_.prepare(undo);
    cgroup_.make(undo);
  }

  void on_the_host_again(const std::vector<Note>& notes, pid_t container,
                         const oci::Process& process) override {
    cgroup_.find(notes, container, process);
  }

  void for_the_child(const Child& child, Handshake& handshake) override {
    // The runtime, while the new child waits.
    usr::write_maps(config_, child);
    places_.open(child, handshake);
    network_.connect(child);
  }

  void inside(Handshake& host) override {
    // The child makes its world, up to "created"; then it waits for start.
    cgroup_.enter();
    init_.prepare();  // --init will need our own executable: soon out of reach
    places_.receive(host);
    network_.configure();
    usr::become_root(config_, config_.process, host);
    mnt::separate_mounts(config_);
    overlay_.mount();
    cgroup_.show(config_);
    mnt::make_mounts(config_);
    network_.mount_etc_files();
    mnt::make_devices(config_);
    terminal_.open(config_, host);
    host.reach(Stage::kMounted);  // from here the runtime may look at the tree (09: hooks)
    mnt::enter_rootfs(config_);
    places_.close();
    uts::set_names(config_);
    mnt::mask_paths(config_);
    user_.resolve(config_.process, host);
  }

  void become(const oci::Process& asked, Handshake& host) override {
    // The child, of run (after start) or of exec: the last steps to the program.
    cgroup_.enter();
    const oci::Process process = user_.resolve(asked, host);
    pid::begin_session(process);
    terminal_.take(process, host);
    user_.become(process, host);
    init_.execute_if_asked(process);
    execute_program(process);
  }

 private:
  oci::Config config_;
  pid::Init init_{config_};
  mnt::Terminal terminal_;
  overlay::Overlay overlay_{config_};
  net::Connection network_{config_};
  usr::Places places_{config_, overlay_};
  usr::UserSwitch user_{config_};
  cgroup::Cgroup cgroup_{config_};
};

}  // namespace

std::unique_ptr<Story> make_story(const oci::Config& config) {
  return std::make_unique<Container>(config);
}

}  // namespace lockstep
