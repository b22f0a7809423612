#include "tests/lessons/step.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "common/os/error.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

bool is_of_a_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; }

void become_user() {
  if (::geteuid() != 0) return;
  const bool done =
      ::setgroups(0, nullptr) == 0 && ::setgid(kOrdinaryUser) == 0 && ::setuid(kOrdinaryUser) == 0;
  if (!done) ::_exit(125);
}

}  // namespace

bool lists(const std::string& help, const std::string& word) {
  for (size_t at = help.find(word); at != std::string::npos; at = help.find(word, at + 1)) {
    const bool begins = at == 0 || !is_of_a_word(help[at - 1]);
    const size_t end = at + word.size();
    if (begins && (end == help.size() || !is_of_a_word(help[end]))) return true;
  }
  return false;
}

Step::Step(std::string path, std::string shown, const Sandbox& sandbox, std::string rootfs)
    : path_(std::move(path)),
      shown_(std::move(shown)),
      sandbox_(sandbox),
      rootfs_(std::move(rootfs)) {
  forget_state();
}

/// A container whose runtime was killed in the middle has a part outside the sandbox: its cgroup. (A
/// program that can't delete leaves it there.)
void Step::delete_all(bool as_user) {
  const fs::path state = sandbox_.folder + (as_user ? "/user-state" : "/state");
  std::vector<std::string> ids;
  for (const auto& entry : fs::directory_iterator(state))
    ids.push_back(entry.path().filename().string());
  if (ids.empty() || !knows("delete --force")) return;
  How how;
  how.as_user = as_user;
  for (const std::string& id : ids) call({"delete", "--force", id}, how);
}

void Step::forget_state() {
  for (const char* state : {"/state", "/user-state"}) {
    std::error_code ignored;
    if (fs::exists(sandbox_.folder + state)) delete_all(state != std::string_view("/state"));
    fs::remove_all(sandbox_.folder + state, ignored);
    fs::create_directory(sandbox_.folder + state);
  }
  if (::geteuid() != 0) return;
  (void)!::chown((sandbox_.folder + "/user-state").c_str(), kOrdinaryUser, kOrdinaryUser);
}

std::string Step::new_name() { return fmt::format("check-{}-{}", ::getpid(), ++names_); }

const std::string& Step::help(const std::string& command) {
  const auto known = help_.find(command);
  if (known != help_.end()) return known->second;
  std::vector<std::string> words = {path_, command, "--help"};
  if (command.empty()) words.erase(words.begin() + 1);
  Process process({words, "", {}});
  process.wait();
  return help_[command] = process.out() + process.err();
}

bool Step::knows(const std::string& words) {
  const size_t space = words.find(' ');
  if (space != std::string::npos)
    return lists(help(words.substr(0, space)), words.substr(space + 1));
  return lists(help(words[0] == '-' ? "run" : ""), words);
}

bool Step::user_can_make_namespaces() {
  Child attempt = Child::clone(0, [] {
    become_user();
    // Some systems allow the namespace and then deny what root may do in it.
    const bool works = ::unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0 && ::sethostname("box", 3) == 0;
    ::_exit(works ? 0 : 1);
  });
  return attempt.wait().shell_code() == 0;
}

/// Root may look into folders that others may not: a program in such a folder is copied for them.
const std::string& Step::path_for_user() {
  if (!path_for_user_.empty()) return path_for_user_;
  Child look = Child::clone(0, [&] {
    become_user();
    ::_exit(::access(path_.c_str(), X_OK) == 0 ? 0 : 1);
  });
  path_for_user_ = path_;
  if (look.wait().shell_code() == 0) return path_for_user_;
  path_for_user_ = sandbox_.folder + "/" + fs::path(path_).filename().string();
  fs::copy_file(path_, path_for_user_);
  fs::permissions(path_for_user_, fs::perms(0755));
  return path_for_user_;
}

std::vector<std::string> Step::argv(const std::vector<std::string>& words, const How& how) {
  const std::string state = sandbox_.folder + (how.as_user ? "/user-state" : "/state");
  std::vector<std::string> argv = {how.as_user ? path_for_user() : path_};
  const bool for_all = lists(help(""), "--root");
  if (for_all) argv.insert(argv.end(), {"--root", state});
  argv.push_back(words[0]);
  if (!for_all && lists(help(words[0]), "--root")) argv.insert(argv.end(), {"--root", state});
  argv.insert(argv.end(), words.begin() + 1, words.end());
  return argv;
}

Process Step::start(const std::vector<std::string>& words, const How& how) {
  const std::string state = sandbox_.folder + (how.as_user ? "/user-state" : "/state");
  Plan plan{argv(words, how), how.input, {}, how.terminal, how.output};
  plan.in_child = [&] {
    ::setenv("XDG_RUNTIME_DIR", state.c_str(), 1);
    if (how.as_user) become_user();
    if (how.in_child) how.in_child();
  };
  return Process(plan);
}

std::string Step::typed(const std::vector<std::string>& words) const {
  std::vector<std::string> plain = words;
  std::replace(plain.begin(), plain.end(), rootfs_, std::string("ROOTFS"));
  return shown_ + " " + as_typed(plain);
}

Outcome Step::outcome_of(Process& process, const std::vector<std::string>& words) {
  process.wait();
  return {typed(words), process.status(), process.out(), process.err()};
}

Outcome Step::call(const std::vector<std::string>& words, const How& how) {
  Process process = start(words, how);
  return outcome_of(process, words);
}

std::vector<std::string> Step::run_words(const std::vector<std::string>& options,
                                         const std::vector<std::string>& command) {
  std::vector<std::string> words = {"run"};
  const bool named = std::find(options.begin(), options.end(), "--rootfs") != options.end();
  if (!named && knows("--rootfs")) words.insert(words.end(), {"--rootfs", rootfs_});
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

Outcome Step::run_command(const std::vector<std::string>& options,
                          const std::vector<std::string>& command, const How& how) {
  return call(run_words(options, command), how);
}

Outcome Step::run(const std::vector<std::string>& options, const std::string& script,
                  const How& how) {
  return run_command(options, {"sh", "-c", script}, how);
}

}  // namespace lockstep::lessons
