#pragma once

#include "tests/lessons/container.hpp"

/// What `list` says of a container: as a person reads it, a line with the ID and words behind it.
namespace lockstep::lessons {

bool is_listed(Step& step, const std::string& id);
/// Throws Mismatch unless the container's line has the word `status` ("running", "stopped").
void expect_status(Step& step, const Container& container, const std::string& status);
/// The container's line, in words; empty if there is none.
std::vector<std::string> line_of(const Outcome& list, const std::string& id);

/// A container of `list -f json`: an array of objects, as runc prints it.
struct Listed {
  std::string id;
  std::string status;
  pid_t pid = 0;
};
/// Throws Error if it is something else.
std::vector<Listed> parse_list(const std::string& text);
/// `ps -f json`: an array of PIDs.
std::vector<pid_t> parse_pids(const std::string& text);

}  // namespace lockstep::lessons
