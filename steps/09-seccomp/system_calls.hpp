#pragma once

// Lesson 09: what a step's story and its commands need of it.
#include "09-seccomp/engine/command_line.hpp"
#include "09-seccomp/engine/fine_print.hpp"
#include "09-seccomp/engine/own_program.hpp"
#include "09-seccomp/keyring.hpp"
#include "09-seccomp/options.hpp"
#include "09-seccomp/seccomp.hpp"
