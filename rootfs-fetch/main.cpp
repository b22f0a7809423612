// rootfs-fetch: gets images into the store, and root file systems out of it.

#include <sys/stat.h>

#include "common/images/location.hpp"
#include "rootfs-fetch/commands.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  ::umask(022);  // what is made here is for containers, whose users are others than the caller
  fetch::Wishes wishes;
  cli::Program program("rootfs-fetch", "", "root file systems for containers");
  program.share([&](cli::Options& options) {
    options.value("store", "DIR", "where the images are (else LOCKSTEP_STORE, else the user's own)",
                  images::use_store);
    options.flag("q,quiet", "print only what a script needs: the digest, the names",
                 [&] { wishes.quiet = true; });
  });
  for (const char* name : {"NAME", "IMAGE"}) program.complete(name, {"list", "-q"});
  program.otherwise("pull");  // `rootfs-fetch alpine:3.20`
  program.add(fetch::pull_command(wishes));
  program.add(fetch::push_command(wishes));
  program.add(fetch::login_command(wishes));
  program.add(fetch::logout_command(wishes));
  program.add(fetch::busybox_command(wishes));
  program.add(fetch::add_layer_command(wishes));
  program.add(fetch::export_command(wishes));
  program.add(fetch::bundle_command(wishes));
  program.add(fetch::list_command(wishes));
  program.add(fetch::inspect_command(wishes));
  program.add(fetch::unpack_command(wishes));
  program.add(fetch::tag_command(wishes));
  program.add(fetch::remove_command(wishes));
  program.add(fetch::prune_command(wishes));
  program.add(fetch::verify_command(wishes));
  program.add(fetch::load_command(wishes));
  program.add(fetch::save_command(wishes));
  program.add(fetch::import_command(wishes));
  return program.run(argc, argv);
}
