#pragma once

#include "tests/lessons/check.hpp"

/// Lesson 06's details, by subject.
namespace lockstep::lessons {

std::vector<Check> user_checks();     // --user, --group-add, HOME
std::vector<Check> mapping_checks();  // --userns, --uidmap, id-mapped volumes

/// Throws CannotTell unless the container has `id` for a user and a group: without root it may have
/// no other than 0.
void needs_id(Step& step, unsigned id);

}  // namespace lockstep::lessons
