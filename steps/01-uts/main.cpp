// The commands of this step.

#include "01-uts/uts.hpp"
#include "common/cli/program.hpp"
#include "common/story/run_command.hpp"

using namespace lockstep;

int main(int argc, char** argv) {
  cli::Program step("step01", "01-uts", "a container with a host name of its own");
  const std::vector<ConfigOptions> run_options = {
      uts::options,  // 01: --hostname, --domainname
  };
  step.add(run_command(make_story, run_options));
  return step.run(argc, argv);
}
