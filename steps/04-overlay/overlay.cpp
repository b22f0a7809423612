#include "04-overlay/overlay.hpp"

namespace lockstep::overlay {

void Overlay::prepare(Undo&) {}
void Overlay::mount() { (void)config_; }

}  // namespace lockstep::overlay
