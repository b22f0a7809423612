#include "04-overlay/lifecycle.hpp"

#include <unistd.h>

#include <csignal>

#include "02-pid/commands.hpp"
#include "common/os/json_text.hpp"
#include "common/os/processes.hpp"

namespace lockstep::lifecycle {

void create(StoryMaker make, pid::State& state, const std::string& pid_file,
            const pid::Attend& attend) {
  pid::SignalQueue signals;  // nobody's Ctrl-C leaves half a container
  const Door door = Door::make(state.fd(), pid::kStartSocket);  // what is open now stays here
  oci::Process process = state.record.config->process;
  const auto story = make(*state.record.config);
  Created container = lockstep::create(*story, process, state, door);
  pid::write_down(state, container.child, pid::Status::kCreated, pid_file);
  container.handshake.release(Stage::kCreated);  // from here on it doesn't end with this process
  process.detached = true;  // nobody attends to it; if it has a terminal, a keeper holds that
  attend(container, signals, process);
}

namespace {

void check_created(const pid::Record& record) {
  const pid::Status status = pid::status_now(record);
  const std::string id = quoted(record.id);
  switch (status) {
    case pid::Status::kCreated:
      return;
    case pid::Status::kRunning:
    case pid::Status::kPaused:
      throw Error(fmt::format("container {}: cannot start an already running container", id));
    case pid::Status::kStopped:
      throw Error(fmt::format("container {}: cannot start a container that has stopped", id),
                  fmt::format("`delete {}`, and create it anew", record.id));
    case pid::Status::kCreating:
      throw Error(fmt::format("container {}: cannot start a container that is not complete", id),
                  fmt::format("its runtime was killed meanwhile: `delete --force {}` clears it",
                              record.id));
  }
}

}  // namespace

namespace {

void start_program(StoryMaker make, pid::State& state) {
  Handshake handshake = Door::knock(state.fd(), pid::kStartSocket);
  // From here on the waiting process listens to this one only, and ends if it hears it end.
  ::unlinkat(state.fd().get(), pid::kStartSocket, 0);
  const auto process = pid::locate(state.record);
  state.record.status = pid::Status::kRunning;
  state.save();
  handshake.on_delivery([&](const Fd& descriptor) {
    make(*state.record.config)->deliver(descriptor, state.record.pid);
  });
  handshake.release(Stage::kStarted);
  try {
    handshake.await_exec();
  } catch (const Error&) {
    constexpr int kPatience = 10'000;  // milliseconds: it ends by itself when it has told of it
    if (process) {                     // unless it was here that something went wrong
      sys::send_signal(*process, state.record.pid, SIGKILL, "what is half a container must end");
      sys::wait_for_end(*process, kPatience);
    }
    throw;
  }
}

}  // namespace

namespace {

void start_and_tell(StoryMaker make, pid::State& state, const pid::UndoTable& undo) {
  if (!pid::has_to_do(state.record, undo, &pid::Undoing::started))
    return start_program(make, state);
  try {
    start_program(make, state);
    state.unlock();  // who is told may look at it, enter it, end it
    pid::do_all(state.record, undo, &pid::Undoing::started);
  } catch (...) {
    if (state.lock_again()) {
      pid::kill_and_wait(state.record, undo);
      pid::clear_after_failure(state, undo);
    }
    throw;
  }
}

}  // namespace

void start(StoryMaker make, pid::State& state, const pid::UndoTable& undo) {
  check_created(state.record);
  pid::do_all(state.record, undo, &pid::Undoing::starting);
  start_and_tell(make, state, undo);
  if (!pid::has_to_do(state.record, undo, &pid::Undoing::settled)) return;
  state.unlock();  // it may take long
  pid::do_all(state.record, undo, &pid::Undoing::settled);
}

void remove_when_ended(const pid::Record& container, const pid::UndoTable& undo) {
  auto state = pid::State::open_if_there(container.id);
  if (!state || state->record.pid != container.pid ||
      state->record.start_time != container.start_time)
    return;
  if (pid::status_now(state->record) == pid::Status::kStopped) pid::remove(*state, undo);
}

namespace {

std::string state_json(const oci::Config& config, pid::Status status, pid_t pid,
                       const std::string& created) {
  std::string annotations;
  for (const auto& [key, value] : config.annotations) {
    annotations += fmt::format("{}\n    {}: {}", annotations.empty() ? "" : ",", json_quoted(key),
                               json_quoted(value));
  }
  if (!annotations.empty()) annotations = ",\n  \"annotations\": {" + annotations + "\n  }";
  return fmt::format(
      "{{\n  \"ociVersion\": {},\n  \"id\": {},\n  \"pid\": {},\n  \"status\": {},\n"
      "  \"bundle\": {},\n  \"rootfs\": {}{}{}\n}}\n",
      json_quoted(oci::Config{}.oci_version), json_quoted(config.id), pid,
      json_quoted(words(status)), json_quoted(config.bundle), json_quoted(config.root.path),
      created.empty() ? "" : ",\n  \"created\": " + json_quoted(created), annotations);
}

}  // namespace

std::string state_of(const oci::Config& config, pid::Status status, pid_t pid) {
  return state_json(config, status, pid, "");
}

std::string state_of(const pid::Record& record) {
  const pid::Status status = pid::status_now(record);
  const bool alive = status != pid::Status::kStopped && pid::locate_unfinished(record);
  return state_json(*record.config, status, alive ? record.pid : 0, record.created);
}

}  // namespace lockstep::lifecycle
