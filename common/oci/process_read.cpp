#include "common/oci/hooks_json.hpp"
#include "common/oci/privileges_json.hpp"
#include "common/oci/process_json.hpp"

namespace lockstep::oci {

uint32_t read_id(const JsonPlace& here) { return here.number<uint32_t>(0, 4294967294); }

namespace {

User read_user(const JsonPlace& here) {
  User user;
  user.uid = read_id(here.required("uid"));
  user.gid = read_id(here.required("gid"));
  if (const auto umask = here.find("umask")) user.umask = umask->number<mode_t>(0, 0777);
  here.each("additionalGids",
            [&](const JsonPlace& gid) { user.additional_gids.push_back(read_id(gid)); });
  return user;
}

ConsoleSize read_console_size(const JsonPlace& here) {
  ConsoleSize size;  // the kernel's struct winsize has 16 bits for each
  size.height = here.required("height").number<uint16_t>();
  size.width = here.required("width").number<uint16_t>();
  return size;
}

}  // namespace

std::string read_variable(const JsonPlace& here) {
  std::string variable = here.text();
  const size_t equals = variable.find('=');
  if (equals == 0 || equals == std::string::npos) here.expected("NAME=value");
  return variable;
}

Process read_process(const JsonPlace& here, bool has_root) {
  Process process;
  process.terminal = here.flag("terminal");
  if (process.terminal) {  // else the spec wants the size ignored
    if (const auto size = here.find("consoleSize")) process.console_size = read_console_size(*size);
  }
  if (has_root || !here.text("cwd").empty()) process.cwd = here.required("cwd").absolute_path();
  here.each("env", [&](const JsonPlace& item) { process.env.push_back(read_variable(item)); });
  process.args = here.texts("args");
  if (process.args.empty()) here.required("args").expected("at least the program's name");
  if (const auto user = here.find("user")) process.user = read_user(*user);
  read_privileges(here, process);
  return process;
}

}  // namespace lockstep::oci
