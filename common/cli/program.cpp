#include "common/cli/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/output.hpp"

namespace lockstep::cli {
namespace {

constexpr const char* kVersion = "0.3.0";

/// What every command understands, before its name or behind it.
struct Shared {
  std::optional<std::string> state_root;
  narrate::Options narration;
  bool help = false;
};

Shared& shared() {
  static Shared instance;
  return instance;
}

void set_style(const std::string& style) {
  if (style == "step") {
    shared().narration.style = narrate::Style::kThisLesson;
  } else if (style == "all") {
    shared().narration.style = narrate::Style::kAll;
  } else if (style == "json") {
    shared().narration.style = narrate::Style::kJson;
  } else {
    throw UsageError(fmt::format("--explain: expected all or json, got {}", quoted(style)));
  }
}

void add_steps_own(Options& options) {
  options.value("root", "DIR", "where the state files are", [](const std::string& folder) {
    shared().state_root = folder.empty() ? "" : sys::absolute(folder);
  });
  options.optional_value("explain", "all|json", "step",
                         "say each system call: this lesson's in full, earlier ones' as a count",
                         set_style);
  options.flag("step", "stop before each call that is shown, until Enter", [] {
    shared().narration.stop = true;
    if (shared().narration.style == narrate::Style::kOff) set_style("step");
  });
}

/// Asked while the caller is still who they are: with borrowed root everybody's uid is 0. An engine
/// without root calls as root of its user namespace, and /run is still not its own.
std::string default_state_root() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const bool given = runtime != nullptr && *runtime == '/';
  if (::geteuid() == 0 && (!given || ::access("/run", W_OK) == 0)) return "/run/lockstep";
  return given ? fmt::format("{}/lockstep", runtime) : fmt::format("/tmp/lockstep-{}", ::geteuid());
}

/// Started with `<&-`, the next file to be opened would become standard input, output or error, and
/// what is printed would go into it.
void open_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    const int null = ::open("/dev/null", O_RDWR);  // the lowest free number: `fd`
    if (null != fd) throw SysError(errno, fmt::format("open(\"/dev/null\") as descriptor {}", fd));
  }
}

}  // namespace

const std::string& state_root() { return *shared().state_root; }

int lesson() {
  int number = 0;
  const std::string_view name = shared().narration.lesson;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

void Program::add_shared_to(Options& options) const {
  shared_options_ ? shared_options_(options) : add_steps_own(options);
  if (more_shared_) more_shared_(options);
  options.flag("h,help", "this text", [] { shared().help = true; });
}

std::string Program::version() const {
  if (name_ == other_name_)
    return fmt::format("{} version {}\n{}", name_, kVersion, other_version_());
  return fmt::format("{} {}{}\n", name_, kVersion, lesson_.empty() ? "" : " (" + lesson_ + ")");
}

std::string Program::help() const {
  std::string out = fmt::format("{} - {}\n\nusage: {} COMMAND [OPTIONS] …\n\ncommands:\n", name_,
                                summary_, name_);
  for (const Command& command : commands_) {
    if (!command.hidden) out += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  Options options;
  add_shared_to(options);
  return out + "\noptions, before or behind the command:\n" + options.help() +
         fmt::format(
             "\n`{0} COMMAND --help` tells more; `source <({0} completion bash)` completes words "
             "(or zsh).\n",
             name_);
}

std::string Program::help(const Command& command, const Options& options) const {
  return fmt::format("usage: {} {} {}\n\n{}\n\noptions:\n{}", name_, command.name, command.usage,
                     command.summary, options.help());
}

int Program::run_command(const Command& command, const std::vector<std::string>& arguments) {
  shared().narration.lesson = lesson_;
  Options options;
  if (command.options) command.options(options);
  add_shared_to(options);
  for (const std::string& word :
       arguments) {  // help wins over what may be missing or wrong beside it
    if (word == "--") break;
    if ((word == "--help" || word == "-h") && &word == &arguments.front()) {
      print(help(command, options));
      flush_output();
      return 0;
    }
  }
  const auto positional = options.parse(name_ + " " + command.name, arguments);
  if (shared().help) {
    print(help(command, options));
    flush_output();
    return 0;
  }
  if (!shared().state_root) shared().state_root = default_state_root();
  if (state_root().empty()) throw UsageError("--root: expected a folder, got \"\"");
  if (on_command_) on_command_(command.name, arguments);
  narrate::begin(shared().narration);
  const int status = command.run(positional);
  narrate::flush();
  return status;
}

int Program::run_or_report(const Command& command, const std::vector<std::string>& arguments) {
  try {
    return run_command(command, arguments);
  } catch (const Error& error) {
    narrate::flush();
    report(error);
    return command.exit_codes_of_run ? static_cast<int>(error.failure()) : 1;
  }
}

int Program::dispatch(const std::vector<std::string>& arguments) {
  bool version = false;
  Options options;
  add_shared_to(options);
  options.flag("v,version", "the version", [&] { version = true; });
  const Command* const otherwise = find(otherwise_);
  std::vector<std::string> rest;
  try {
    rest = options.parse(name_, arguments);
  } catch (const UsageError&) {  // an option of the command that is left out
    if (otherwise == nullptr) throw;
    // Or its options stand before it: the first word that names a command is it, and nothing to pull.
    const auto word = std::find_if(arguments.begin(), arguments.end(),
                                   [this](const auto& each) { return find(each) != nullptr; });
    if (word == arguments.end()) return run_or_report(*otherwise, arguments);
    rest.assign(arguments.begin(), word);
    rest.insert(rest.end(), word + 1, arguments.end());
    return run_or_report(*find(*word), rest);
  }
  if (version) {
    print(this->version());
    return 0;
  }
  if (shared().help || rest.empty() || rest[0] == "help") {
    print(help());
    return rest.empty() && !shared().help ? 1 : 0;
  }
  if (rest[0] == "completion") return completion({rest.begin() + 1, rest.end()});
  if (const Command* const command = find(rest[0]))
    return run_or_report(*command, {rest.begin() + 1, rest.end()});
  if (otherwise != nullptr) return run_or_report(*otherwise, rest);
  throw UsageError(fmt::format("unknown command {}", quoted(rest[0])),
                   fmt::format("`{} --help` lists the commands of this step", name_));
}

void Program::report(const std::exception& error) const {
  std::string text = fmt::format("{}: {}\n", name_, error.what());
  const auto* known = dynamic_cast<const Error*>(&error);
  if (known != nullptr && !known->hint().empty()) text += fmt::format("hint: {}\n", known->hint());
  std::fflush(stdout);
  narrate::say(text.substr(0, text.size() - 1));
  if (on_error_) on_error_(error.what());
}

int Program::run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const std::string_view called = argc > 0 ? argv[0] : "";
  if (!other_name_.empty() && called.substr(called.rfind('/') + 1) == other_name_)
    name_ = other_name_;
  try {
    open_standard_streams();
    const int status = dispatch(arguments);
    flush_output();
    return status;
  } catch (const std::exception& error) {
    report(error);
    return 1;
  }
}

}  // namespace lockstep::cli
