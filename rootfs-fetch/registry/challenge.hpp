#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::fetch {

/// How a server wants to be asked: one challenge of a WWW-Authenticate header. See: RFC 9110,
/// section 11.6.1
struct Challenge {
  std::string scheme;                             // in lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  // names in lower case

  /// Empty if there is none of that name.
  std::string parameter(const std::string& name) const;
};

/// All challenges of one header's value: `Bearer realm="https://…",service="…", Basic realm="x"`.
/// What can't be understood ends the list.
std::vector<Challenge> parse_challenges(std::string_view value);

}  // namespace lockstep::fetch
