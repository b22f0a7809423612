#include "rootfs-fetch/registry/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"
#include "common/os/run_program.hpp"
#include "rootfs-fetch/registry/auth_document.hpp"

namespace lockstep::fetch {
namespace {

std::string own_file() {
  if (std::string file = sys::variable("LOCKSTEP_AUTH_FILE"); !file.empty()) return file;
  const std::string config = sys::variable("XDG_CONFIG_HOME");
  if (config.starts_with('/')) return config + "/lockstep/auth.json";
  const std::string home = sys::variable("HOME");
  return home.starts_with('/') ? home + "/.config/lockstep/auth.json" : "";
}

std::string dockers_file() {
  if (const std::string folder = sys::variable("DOCKER_CONFIG"); !folder.empty())
    return folder + "/config.json";
  const std::string home = sys::variable("HOME");
  return home.starts_with('/') ? home + "/.docker/config.json" : "";
}

std::optional<std::string> read_if_there(const std::string& path) {
  const auto file = path.empty() ? std::nullopt : sys::open_if_there(path, O_RDONLY);
  return file ? std::optional(read_all(*file, path)) : std::nullopt;
}

/// See: docker-credential-helpers, "get"
Known ask_helper(const std::string& helper, const std::string& registry) {
  const std::string name = "docker-credential-" + helper;
  const auto program = helper.find('/') == std::string::npos ? find_on_path(name) : std::nullopt;
  if (!program)
    return {std::nullopt, fmt::format("docker's config.json names {}, which is not on PATH", name)};
  const std::string server = registry == "docker.io" ? "https://index.docker.io/v1/" : registry;
  const ProgramResult result = run_program(*program, {name, "get"}, server);
  if (result.status.shell_code() == 0) return {helpers_answer(result.output, name), ""};
  if (result.output.find("credentials not found") != std::string::npos) return {};
  return {std::nullopt, fmt::format("{} says {}", name, images::quoted_briefly(result.output))};
}

std::string need_own_file() {
  std::string file = own_file();
  if (!file.empty()) return file;
  throw Error("no place for credentials: neither XDG_CONFIG_HOME nor HOME is set",
              "LOCKSTEP_AUTH_FILE=FILE says where they are");
}

/// It appears complete, and never was anybody else's to read.
void replace_own_file(const std::string& path, const std::string& text) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  images::make_folders(folder, 0700);
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  const Fd file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) throw SysError(errno, fmt::format("open({}, O_CREAT)", quoted(temporary)));
  write_all(file, text, temporary);
  images::sync(file, temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    throw SysError(errno, fmt::format("rename({}, {})", quoted(temporary), quoted(path)));
}

}  // namespace

Known find_credential(const std::string& registry) {
  const std::string own = own_file();
  if (const auto text = read_if_there(own)) {
    if (auto found = credential_in(*text, registry, own)) return {found, ""};
  }
  const std::string dockers = dockers_file();
  const auto text = read_if_there(dockers);
  if (!text) return {};
  const std::string helper = helper_in(*text, registry, dockers);
  Known known = helper.empty() ? Known() : ask_helper(helper, registry);
  if (!known.credential) known.credential = credential_in(*text, registry, dockers);
  return known;
}

std::string keep_credential(const std::string& registry, const Credential& credential) {
  std::string file = need_own_file();
  replace_own_file(file,
                   with_credential(read_if_there(file).value_or(""), registry, &credential, file));
  return file;
}

bool forget_credential(const std::string& registry) {
  const std::string file = need_own_file();
  const auto text = read_if_there(file);
  if (!text || !credential_in(*text, registry, file)) return false;
  replace_own_file(file, with_credential(*text, registry, nullptr, file));
  return true;
}

}  // namespace lockstep::fetch
