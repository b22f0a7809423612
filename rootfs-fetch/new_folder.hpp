#pragma once

#include <functional>
#include <string>

#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// Makes a folder of the caller's and fills it: a new one appears complete, under its name, or not
/// at all; one that is there must be empty, and is emptied again if `fill` throws. `what` is what is
/// being done, for errors: "export". Throws Error, SysError.
void fill_folder(const std::string& path, const std::string& what,
                 const std::function<void(const Fd&)>& fill);

}  // namespace lockstep::fetch
