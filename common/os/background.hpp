#pragma once

#include <vector>

namespace lockstep {

/// For a child that goes on when this process has ended. Of its caller's it then holds nothing that
/// somebody could wait for: no terminal, no pipe that is read to its end, no folder, no lock. `name`
/// (15 characters) is what ps(1) shows; `kept` are its descriptors from 3 on, in this order (-1:
/// /dev/null). Ends the process where even that can't be done.
void go_to_background(const char* name, const std::vector<int>& kept = {});

}  // namespace lockstep
