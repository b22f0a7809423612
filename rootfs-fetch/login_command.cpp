// `rootfs-fetch login REGISTRY`, `logout REGISTRY`.

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "common/images/location.hpp"
#include "common/images/reference_grammar.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/output.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/registry/patience.hpp"
#include "rootfs-fetch/registry/registry.hpp"
#include "rootfs-fetch/registry/settings.hpp"

namespace lockstep::fetch {
namespace {

struct Given {
  Settings settings;
  std::string user;
  std::string password;
  bool password_from_stdin = false;
};

std::string registry_in(const std::vector<std::string>& arguments, const std::string& command) {
  if (arguments.empty()) return "docker.io";
  expect_arguments(arguments, 1, command, "REGISTRY");
  if (images::is_registry(arguments[0])) return arguments[0];
  throw cli::UsageError(
      fmt::format("{}: {} is no registry", command, images::quoted_briefly(arguments[0])),
      "a registry is HOST or HOST:PORT, such as localhost:5000");
}

std::string line_from(const Fd& file) {
  std::string line;
  char c = 0;
  while (::read(file.get(), &c, 1) == 1 && c != '\n') line += c;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

/// Nothing where this process has no terminal: then /dev/tty is there, and can't be opened (ENXIO).
std::optional<Fd> open_terminal() {
  try {
    return sys::open_if_there("/dev/tty", O_RDWR);
  } catch (const SysError& error) {
    if (error.code() != ENXIO) throw;
    return std::nullopt;
  }
}

/// Asks on the terminal; a password isn't shown.
std::string ask(const std::string& question, bool show) {
  const auto terminal = open_terminal();
  termios before{};
  if (!terminal || ::tcgetattr(terminal->get(), &before) != 0) {
    throw Error("login: there is no terminal to ask on",
                "give --username NAME and --password-stdin");
  }
  termios quiet = before;
  if (!show) quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  write_all(*terminal, question, "/dev/tty");
  ::tcsetattr(terminal->get(), TCSAFLUSH, &quiet);
  std::string answer = line_from(*terminal);
  ::tcsetattr(terminal->get(), TCSAFLUSH, &before);
  if (!show) write_all(*terminal, "\n", "/dev/tty");
  return answer;
}

Credential credential_from(const Given& given) {
  Credential out{given.user, given.password, ""};
  if (given.password_from_stdin && out.user.empty())
    throw cli::UsageError("login: --password-stdin needs --username NAME");
  if (out.user.empty()) out.user = ask("Username: ", true);
  if (given.password_from_stdin) {
    out.password = line_from(Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)));
  } else if (out.password.empty()) {
    out.password = ask("Password: ", false);
  }
  if (out.user.empty() || out.user.find(':') != std::string::npos)
    throw Error(fmt::format("login: {} is no user's name", quoted(out.user)));
  if (out.password.empty()) throw Error("login: the password is empty");
  return out;
}

int log_in(Given& given, const std::string& name, const Wishes& wishes) {
  given.settings.read_file();
  const Credential credential = credential_from(given);
  Stop stop;
  Http http(stop);
  Registry registry(Site::of(name, ""), given.settings.connection(name), {credential, ""});
  const bool asked = patiently(stop, [&] {
    registry.connect(http);
    return registry.log_in(http);
  });
  const std::string file = keep_credential(name, credential);
  if (wishes.quiet) return 0;
  print(fmt::format("{}; kept in {}\n",
                    asked ? fmt::format("logged in to {}", name)
                          : fmt::format("{} asks for no name and password yet", name),
                    file));
  return 0;
}

int log_out(const std::string& name, const Wishes& wishes) {
  if (!forget_credential(name))
    throw Error(fmt::format("logout: there is no login to {}", name),
                "what is in Docker's config.json, `docker logout` takes out");
  if (!wishes.quiet) print(fmt::format("logged out of {}\n", name));
  return 0;
}

}  // namespace

cli::Command login_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "login";
  command.usage = "[OPTIONS] [REGISTRY]";
  command.summary = "keep a name and a password for a registry (docker.io)";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    options.value("u,username", "NAME", "who you are there (else you are asked)",
                  [given](const std::string& text) { given->user = text; });
    options.value("p,password", "PASSWORD", "better not: others see it in the list of processes",
                  [given](const std::string& text) { given->password = text; });
    options.flag("password-stdin", "read it from standard input",
                 [given] { given->password_from_stdin = true; });
    given->settings.add_options(options);
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    return log_in(*given, registry_in(arguments, "login"), wishes);
  };
  return command;
}

cli::Command logout_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "logout";
  command.usage = "[OPTIONS] [REGISTRY]";
  command.summary = "forget what login has kept";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    return log_out(registry_in(arguments, "logout"), wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
