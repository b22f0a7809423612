#pragma once

// What the probe's parts share. It runs inside containers of any runtime: static, and nothing of
// ours in it.

#include <string>

namespace probe {

/// Prints "FIELD: TEXT", the only form in which the probe says anything.
void say(const std::string& field, const std::string& text);

/// A file's text without the line end at its end; "(ENOENT)" and its kin if it can't be read.
std::string text_of(const std::string& path);

/// "(ENOENT)" for 2; "ok" for 0.
std::string outcome(int code);

/// Ids, capabilities, limits, scheduling, signals, environment, descriptors: by system calls, so
/// that a container without /proc tells of them, too.
void see_process(char** arguments, char** environment);

/// Mounts in their order, the nodes in /dev, cgroups, the root's entries.
void see_files();

/// Host name, interfaces, terminal, keyring, time offsets.
void see_surroundings();

/// What a system call comes to, by its name in a short list. See: calls.cpp
std::string call(const std::string& name);

}  // namespace probe
