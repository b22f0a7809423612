// The hugetlb controller: how many huge pages.
#include "07-cgroup/controllers/controllers.hpp"

namespace lockstep::cgroup {

void set_hugepages(const std::vector<oci::HugepageLimit>& limits, const Folders& folders) {
  if (limits.empty()) return;
  const Folder& folder =
      folders.need("hugetlb", "a limit of huge pages (linux.resources.hugepageLimits)");
  for (const oci::HugepageLimit& limit : limits) {
    const std::string size = "hugetlb." + limit.page_size;
    const std::string end = folder.is_v2() ? ".max" : ".limit_in_bytes";
    const std::string bytes = std::to_string(limit.limit);
    folder.write(size + end, bytes, "huge pages that are touched; beyond it SIGBUS");
    // Kernel 5.7: refused when they are reserved (mmap), so that a program can do without.
    if (folder.has(size + ".rsvd" + end)) folder.write(size + ".rsvd" + end, bytes);
  }
}

}  // namespace lockstep::cgroup
