#pragma once

#include <cstdint>
#include <string>

/// The causes behind the errnos of clone3, unshare, setns and the host names' calls.
namespace lockstep {

std::string namespaces_hint(int code, uint64_t namespaces);
/// The same for a child that is to be born in a cgroup.
std::string birth_hint(int code, uint64_t namespaces);
std::string join_hint(int code);
std::string name_hint(int code);

}  // namespace lockstep
