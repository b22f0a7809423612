#include "09-seccomp/engine/hooks.hpp"

#include <unistd.h>

#include "04-overlay/lifecycle.hpp"
#include "09-seccomp/engine/notify_socket.hpp"
#include "common/os/child.hpp"
#include "common/os/handshake.hpp"
#include "common/os/narrate.hpp"
#include "common/os/run_program.hpp"

namespace lockstep::engine {
namespace {

/// Who can't be there, for the bundle has gone or is closed to the container's root, is at the top.
void go_to(const std::string& folder) {
  if (::chdir(folder.c_str()) != 0) sys::change_directory("/");
}

[[noreturn]] void become(const oci::Hook& hook, const std::string& folder) {
  go_to(folder);
  sys::close_on_exec_from(3, "what the runtime has open is not the hook's");
  sys::execute(hook.path, hook.args.empty() ? std::vector{hook.path} : hook.args, hook.env,
               "a hook: a program that the config has called at this moment");
}

/// Not until its output ends: a hook may leave a program behind that goes on writing.
void run(const oci::Hook& hook, const std::string& state, const std::string& folder) {
  const Fd input = file_in_memory("state", state);
  Handshake line;
  Child child = Child::clone(0, [&] {
    line.be_child();
    try {
      sys::replace_descriptor(input, STDIN_FILENO);
      become(hook, folder);
    } catch (const std::exception& error) {
      line.fail(error, "");
    }
  });
  line.be_host();
  line.await_exec();
  constexpr int kSecond = 1000;  // milliseconds
  if (!sys::wait_for_end(child.pidfd(), hook.timeout == 0 ? -1 : hook.timeout * kSecond))
    throw Error(
        fmt::format("it took longer than its timeout of {} s, and was ended", hook.timeout));
  const ExitStatus status = child.wait();
  if (status.shell_code() != 0) throw Error("it " + status.words());
}

void run(const oci::Hook& hook, const std::string& place, const std::string& state,
         const std::string& folder) {
  try {
    run(hook, state, folder);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}: {}", place, quoted(hook.path), error.what()), error.hint());
  }
}

/// In their order; the first that fails is the last.
void run_all(const std::vector<oci::Hook>& hooks, const char* moment, const std::string& state,
             const std::string& folder) {
  for (size_t i = 0; i < hooks.size(); ++i)
    run(hooks[i], fmt::format("hooks.{}[{}]", moment, i), state, folder);
}

constexpr const char* kNote = "hooks";

void run_poststart(const pid::Record& record, const Note& /*note*/) {
  const oci::Config& config = *record.config;
  run_all(config.hooks.poststart, "poststart",
          lifecycle::state_of(config, pid::Status::kRunning, record.pid), record.bundle);
}

/// All of them, whatever becomes of one.
void run_poststop(const pid::Record& record, const Note& /*note*/) {
  const oci::Config& config = *record.config;
  const std::string state = lifecycle::state_of(config, pid::Status::kStopped, 0);
  for (size_t i = 0; i < config.hooks.poststop.size(); ++i) {
    try {
      run(config.hooks.poststop[i], fmt::format("hooks.poststop[{}]", i), state, record.bundle);
    } catch (const Error& error) {
      narrate::say(fmt::format("({})", error.what()));
    }
  }
}

/// What a hook has made is a later hook's to clear.
void nothing(const pid::Record& /*record*/, const Note& /*note*/) {}

}  // namespace

void Hooks::prepare() {
  if (!config_.hooks.empty()) told_ = config_;
}

void Hooks::note(Undo& undo) const {
  const oci::Hooks& hooks = config_.hooks;
  if (hooks.start_container.empty() && hooks.poststart.empty() && hooks.poststop.empty()) return;
  undo.note({kNote, {{"bundle", config_.bundle}}});
}

bool Hooks::waits_at_the_tree() const {
  return !config_.hooks.prestart.empty() || !config_.hooks.create_runtime.empty();
}

void Hooks::at_the_tree(pid_t pid) const {
  const std::string state = lifecycle::state_of(*told_, pid::Status::kCreating, pid);
  run_all(told_->hooks.prestart, "prestart", state, told_->bundle);
  run_all(told_->hooks.create_runtime, "createRuntime", state, told_->bundle);
}

void Hooks::create_inside() const {
  if (!told_) return;
  run_all(told_->hooks.create_container, "createContainer",
          lifecycle::state_of(*told_, pid::Status::kCreating, ::getpid()), told_->bundle);
}

void Hooks::start_inside() const {
  if (!told_) return;
  run_all(told_->hooks.start_container, "startContainer",
          lifecycle::state_of(*told_, pid::Status::kCreated, ::getpid()), told_->process.cwd);
}

pid::UndoTable undoers() {
  pid::UndoTable all = notify_undoers();
  all.insert({kNote, {nothing, nullptr, run_poststart, run_poststop}});
  return all;
}

}  // namespace lockstep::engine
