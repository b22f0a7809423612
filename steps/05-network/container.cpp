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
           ipc::new_namespace(config_);  // 02: CLONE_NEWIPC, System V IPC and message queues
  }

  void on_the_host(Undo& undo) override {
    // The runtime, before it clones the child.
    overlay_.prepare(undo);
    network_.prepare(undo);
  }

  void for_the_child(const Child& child, Handshake&) override {
    // The runtime, while the new child waits.
    network_.connect(child);
  }

  void inside(Handshake& host) override {
    // The child makes its world, up to "created"; then it waits for start.
    init_.prepare();  // --init will need our own executable: soon out of reach
    network_.configure();
    mnt::separate_mounts(config_);
    overlay_.mount();
    mnt::make_mounts(config_);
    network_.mount_etc_files();
    mnt::make_devices(config_);
    terminal_.open(config_, host);
    host.reach(Stage::kMounted);  // from here the runtime may look at the tree (09: hooks)
    mnt::enter_rootfs(config_);
    uts::set_names(config_);
    mnt::mask_paths(config_);
  }

  void become(const oci::Process& process, Handshake& host) override {
    // The child, of run (after start) or of exec: the last steps to the program.
    pid::begin_session(process);
    terminal_.take(process, host);
    init_.execute_if_asked(process);
    execute_program(process);
  }

 private:
  const oci::Config& config_;
  pid::Init init_{config_};
  mnt::Terminal terminal_;
  overlay::Overlay overlay_{config_};
  net::Connection network_{config_};
};

}  // namespace

std::unique_ptr<Story> make_story(const oci::Config& config) {
  return std::make_unique<Container>(config);
}

}  // namespace lockstep
