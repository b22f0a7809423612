#include "common/oci/resources_json.hpp"
#include "common/os/text.hpp"

namespace lockstep::oci {

std::string cgroups_path_from_json(const JsonPlace& here) {
  const auto place = here.find("cgroupsPath");
  std::string path = place ? place->text() : "";
  if (path.empty()) return path;
  bool climbs = false;
  bool names = false;
  for (const std::string& part : split(path, '/')) {
    climbs = climbs || part == "..";
    names = names || (!part.empty() && part != "." && part != "..");
  }
  if (climbs || !names || path.find('\n') != std::string::npos)
    place->expected("the path of a cgroup, without \"..\"");
  return path;
}

}  // namespace lockstep::oci
