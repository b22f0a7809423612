#pragma once

#include <string>

namespace lockstep::fetch {

/// Gets an image of the store anew, from where it came: what is damaged of it is gone from the store
/// already, what is there is not fetched again. Throws Error where that can't be done.
void get_anew(const std::string& name, bool show_progress);

}  // namespace lockstep::fetch
