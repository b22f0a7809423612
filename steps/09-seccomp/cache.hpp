#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "09-seccomp/seccomp.hpp"
#include "common/oci/seccomp.hpp"

/// Lesson 09: filters that were made before.
///
/// A profile of 400 calls takes libseccomp some milliseconds, more than all else that a start takes. Its
/// result depends on few things, all of them in the key; so it is kept, in /run/lockstep-seccomp, without
/// root in $XDG_CACHE_HOME (~/.cache)/lockstep/seccomp. That folder may be lost, or shared by many
/// runtimes at once. It is not believed: who could write to a filter there could open any container. So
/// folder and file must be the caller's own, and writable for nobody else; and the file holds the whole
/// key, which must be the same to the last byte.
namespace lockstep::seccomp {

/// All that the filter depends on: the profile, this program's way to translate, libseccomp, the kernel
/// (which libseccomp asks what it can do), the architecture.
std::string key_of(const oci::Seccomp& profile);
/// The same for a profile of which only its text is known.
std::string key_of(std::string_view text);

/// The filter that is kept under `key`; else what `make` returns, which is kept then, if that is possible.
Filter remembered(const std::string& key, const std::function<Filter()>& make);

/// How many are kept at most: when there are more, all are dropped.
constexpr size_t kMostKept = 64;

}  // namespace lockstep::seccomp
