#include "07-cgroup/folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "07-cgroup/limit_hints.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {

bool Folder::has(const std::string& file) const {
  return ::faccessat(fd_.get(), file.c_str(), F_OK, 0) == 0;
}

bool Folder::may_write(const std::string& file) const {
  return ::faccessat(fd_.get(), file.c_str(), W_OK, AT_EACCESS) == 0;
}

std::optional<std::string> Folder::read(const std::string& file) const {
  const Fd open(::openat(fd_.get(), file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!open && errno == ENOENT) return std::nullopt;
  const std::string name = path_ + "/" + file;
  if (!open) throw SysError(errno, fmt::format("open({})", quoted(name)));
  std::string text = read_all(open, name);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::optional<int64_t> Folder::number(const std::string& file, const std::string& key) const {
  for (const std::string& line : split(read(file).value_or(""), '\n')) {
    const auto words = fields(line);
    if (words.size() == 2 && words[0] == key) return parse_number<int64_t>(words[1]);
  }
  return std::nullopt;
}

Fd Folder::open_file(const std::string& file, int flags, const char* words) const {
  Fd open(::openat(fd_.get(), file.c_str(), flags | O_CLOEXEC));
  if (open) return open;
  const int code = errno;
  throw SysError(code, fmt::format("open({}, {})", quoted(path_ + "/" + file), words),
                 limit_hint(*this, file, code));
}

Fd Folder::open_to_write(const std::string& file) const {
  return open_file(file, O_WRONLY, "O_WRONLY");
}

Fd Folder::open_to_read(const std::string& file) const {
  return open_file(file, O_RDONLY, "O_RDONLY");
}

Fd Folder::open_to_read_and_write(const std::string& file) const {
  return open_file(file, O_RDWR, "O_RDWR");
}

void Folder::write(const std::string& file, const std::string& value, Why why) const {
  const Fd open = open_to_write(file);
  try {
    sys::write_value(open, path_ + "/" + file, value, why);
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim{}, error.code(), error.what(),
                   limit_hint(*this, file, error.code()), error.failure());
  }
}

void Folders::lacks(const Hierarchy& hierarchy, const std::string& reason,
                    const std::string& hint) {
  lacks_.push_back({hierarchy, reason, hint});
}

std::vector<std::pair<Hierarchy, std::string>> Folders::everywhere() const {
  std::vector<std::pair<Hierarchy, std::string>> out;
  for (const Folder& folder : all_) out.emplace_back(folder.hierarchy(), folder.path());
  for (const auto& [hierarchy, reason, hint] : lacks_)
    out.emplace_back(hierarchy, hierarchy.folder(hierarchy.own).value_or(hierarchy.mount));
  return out;
}

void Folders::not_handed_down(const std::vector<std::string>& controllers,
                              const std::string& reason) {
  for (const std::string& controller : controllers) not_handed_down_[controller] = reason;
}

const Folder* Folders::v2() const {
  return all_.empty() || !all_.front().is_v2() ? nullptr : &all_.front();
}

const Folder* Folders::find(const std::string& controller) const {
  const auto among = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), controller) != names.end();
  };
  for (const Folder& folder : all_) {
    if (!folder.is_v2() && among(folder.hierarchy().controllers)) return &folder;
  }
  const Folder* const unified = v2();
  const bool has =
      unified != nullptr && among(fields(unified->read("cgroup.controllers").value_or("")));
  return has ? unified : nullptr;
}

const Folder& Folders::need(const std::string& controller, const std::string& what) const {
  if (const Folder* const folder = find(controller)) return *folder;
  std::string reason = fmt::format("this machine has no {} controller", controller);
  std::string hint =
      "the second column of /proc/cgroups is 0 where cgroup v2 has it, the fourth 0 "
      "where the kernel was told to leave it out";
  for (const auto& [hierarchy, why, way_out] : lacks_) {
    const auto& names = hierarchy.controllers;
    const bool ours = std::find(names.begin(), names.end(), controller) != names.end();
    if (!ours && !hierarchy.is_v2()) continue;
    reason = why;
    hint = way_out.empty() ? power_hint() : way_out;
    if (ours) break;
  }
  if (const Folder* const unified = v2(); unified != nullptr && lacks_.empty()) {
    const Folder above(unified->hierarchy(), unified->path() + "/..",
                       sys::open(unified->path() + "/..", O_PATH | O_DIRECTORY));
    const auto there = fields(above.read("cgroup.controllers").value_or(""));
    if (std::find(there.begin(), there.end(), controller) != there.end())
      reason = "the cgroup above has it, and doesn't hand it on (cgroup.subtree_control)";
  }
  if (const auto found = not_handed_down_.find(controller); found != not_handed_down_.end()) {
    reason = found->second;
    hint = power_hint();
  }
  throw Error(fmt::format("{} can't be set: {}", what, reason), hint);
}

}  // namespace lockstep::cgroup
