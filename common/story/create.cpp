#include <sched.h>

#include <algorithm>

#include "common/os/borrowed_root.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"
#include "common/story/program.hpp"
#include "common/story/story.hpp"

namespace lockstep {
namespace {

/// The child's life, from clone to execve. Up to "created" it waits for the host at every stage, so
/// that half a container never outlives a runtime that is killed: it hears the conversation end,
/// and ends.
void live(Story& story, const oci::Process& process, Handshake& handshake, const Door* door) {
  handshake.be_child();
  if (door != nullptr) door->leave_the_rest_outside(process.preserved_descriptors);
  narrate::speak_as("container");
  try {
    if (door != nullptr) sys::new_session("it waits for start, whatever becomes of this terminal");
    die_with_the_runtime(process);
    handshake.await_release(Stage::kCloned);
    if (FinePrint* const more = story.fine_print()) more->inside();
    story.inside(handshake);
    look_for_program(process);
    handshake.reach(Stage::kCreated);
    if (door != nullptr) handshake = door->answer();  // this runtime ends; `start` will knock
    handshake.await_release(Stage::kStarted);
    story.become(process, handshake);
  } catch (const Vanished&) {
    return;  // the runtime has gone: there is nobody to tell
  } catch (const std::exception& error) {
    narrate::flush();  // before the runtime hears of it and ends this process
    handshake.fail(error);
  }
}

/// A child that ended without a word: how it ended is all there is to tell, and often enough.
[[noreturn]] void explain_the_end(const Story& story, Child& child, const Vanished& silence) {
  const ExitStatus status = child.wait();
  const std::string reason = story.why_it_ended();
  throw Error(fmt::format("{}: it {}", silence.what(), status.words()),
              reason.empty() ? "somebody's signal, or the kernel's, which had no memory: see dmesg"
                             : reason);
}

Child clone(Story& story, Undo& undo, const std::function<void()>& body) {
  if (FinePrint* const more = story.fine_print())
    return more->clone(story.namespaces(), story.birthplace(), undo, body);
  return Child::clone(
      story.namespaces(), story.birthplace(), body,
      "the container's first process, in namespaces of its own from its first instruction on");
}

/// As a rule the child needn't wait when its tree stands: the host has nothing to do then.
void wait_at_the_tree(Story& story, const Child& child, Handshake& handshake, Undo& undo) {
  FinePrint* const more = story.fine_print();
  if (more != nullptr && more->waits_at_the_tree()) {
    handshake.release(Stage::kCloned);
    handshake.await(Stage::kMounted);
    undo.born(child);
    more->at_the_tree(child);
  }
  handshake.release(Stage::kMounted);
}

/// On the host, clone, for the child: which then makes its world.
Created begin(Story& story, const oci::Process& process, Undo& undo, const Door* door) {
  if (FinePrint* const more = story.fine_print()) more->prepare();
  story.on_the_host(undo);
  borrow_root_if_needed();
  Handshake handshake;
  Child child = clone(story, undo, [&] { live(story, process, handshake, door); });
  handshake.be_host();
  handshake.on_delivery([&story, pid = child.pid()](const Fd& fd) { story.deliver(fd, pid); });
  try {
    story.for_the_child(child, handshake);
    wait_at_the_tree(story, child, handshake, undo);
  } catch (const Vanished& silence) {
    explain_the_end(story, child, silence);
  }
  return {std::move(child), std::move(handshake)};
}

void await_complete(const Story& story, Created& created) {
  try {
    created.handshake.await(Stage::kCreated);
  } catch (const Vanished& silence) {
    explain_the_end(story, created.child, silence);
  }
}

}  // namespace

void refuse_missing_users(const Story& story, const oci::Config& config) {
  const oci::Linux& linux = config.linux;
  const bool asked = std::any_of(linux.namespaces.begin(), linux.namespaces.end(),
                                 [](const oci::Namespace& item) { return item.type == "user"; }) ||
                     !linux.uid_mappings.empty() || !linux.gid_mappings.empty();
  if (!asked || (story.namespaces() & CLONE_NEWUSER) != 0) return;
  throw Error("linux.namespaces: user: a user namespace of its own comes with lesson 06");
}

Created create(Story& story, const oci::Process& process, Undo& undo, const Door& door) {
  Created created = begin(story, process, undo, &door);
  await_complete(story, created);
  return created;
}

Created launch(Story& story, const oci::Process& process, Undo& undo, const Meanwhile& meanwhile) {
  Created created = begin(story, process, undo, nullptr);
  try {
    if (meanwhile) meanwhile(created.child);
    created.handshake.release(Stage::kStarted);
  } catch (const Vanished& silence) {
    explain_the_end(story, created.child, silence);
  }
  await_complete(story, created);
  created.handshake.await_exec();
  return created;
}

}  // namespace lockstep
