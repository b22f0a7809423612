#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/oci/config.hpp"
#include "common/os/child.hpp"
#include "common/os/door.hpp"
#include "common/os/handshake.hpp"

namespace lockstep {

/// Something that outlives the runtime's process and that somebody has to clear away.
struct Note {
  std::string kind;                         // "pid-file": which Undoer knows it
  std::map<std::string, std::string> what;  // its operands
};

/// Where lasting things are noted, before they are made: a runtime that is killed in between leaves
/// a note too many (clearing is idempotent), never one too few. From lesson 02 on it writes the
/// state file.
class Undo {
 public:
  virtual ~Undo() = default;
  virtual void note(const Note& note) = 0;
  /// The container's own folder on the host, an absolute path whose last part is its ID; empty if
  /// it has none. What a lesson puts there it must note, and clear away.
  virtual std::string folder() const { return ""; }
  /// The container has its first process, and is going to be looked at before it is complete.
  virtual void born(const Child& /*child*/) {}
};

/// A step that makes nothing that lasts.
class NothingToUndo : public Undo {
 public:
  void note(const Note&) override {}
};

/// What a config may ask for that no line of the story is about: programs that are called in between,
/// namespaces that are there already. Lesson 09's engine/ has one; where there is none, or nothing for
/// it to do, nothing of it is done.
class FinePrint {
 public:
  virtual ~FinePrint() = default;
  /// On the host, first of all: refuses what can't be had. It may change the story's config.
  virtual void prepare() = 0;
  /// The same for `exec`, `container` being the first process of the one that is entered.
  virtual void prepare_to_enter(pid_t container) = 0;
  /// On the host: clones the container's first process, `body`, into `namespaces`, less those that it
  /// shares with others. What lasts is noted first.
  virtual Child clone(uint64_t namespaces, sys::Birthplace* birthplace, Undo& undo,
                      const std::function<void()>& body) = 0;
  /// Inside, first of all.
  virtual void inside() = 0;
  /// Whether the host has something to do when the child's tree stands (Stage::kMounted): then the child
  /// waits there, and at_the_tree is called.
  virtual bool waits_at_the_tree() const = 0;
  virtual void at_the_tree(const Child& child) = 0;
};

/// The story of a container, told anew in each step's container.cpp; its members are the lessons so
/// far. The order of the five parts, and of the lines in each, is the order in which a container
/// has to be made (docs/design.md, "the order").
class Story {
 public:
  virtual ~Story() = default;
  /// Null: there is none.
  virtual FinePrint* fine_print() { return nullptr; }
  /// The namespaces (CLONE_NEW*) that the container's first process is cloned into.
  virtual uint64_t namespaces() const = 0;
  /// The cgroup that the child of `run` or of `exec` is born in; null: that of the runtime.
  virtual sys::Birthplace* birthplace() { return nullptr; }
  /// On the host, when the child has ended without a word: what may have ended it. Empty: not known.
  virtual std::string why_it_ended() const { return ""; }
  /// On the host, before there is a child: what lasts is noted in `undo` first.
  virtual void on_the_host(Undo& undo) = 0;
  /// In its place for `exec` of `process`: what on_the_host noted when the container was made, and the
  /// container's first process.
  virtual void on_the_host_again(const std::vector<Note>& /*notes*/, pid_t /*container*/,
                                 const oci::Process& /*process*/) {}
  /// The child of `exec`, before it joins the container: what takes the host's own power, or its /proc.
  virtual void outside(const oci::Process& /*process*/) {}
  /// On the host, for the new child, which waits: id maps, limits, the network.
  virtual void for_the_child(const Child& child, Handshake& handshake) = 0;
  /// On the host, while `child`, of `run`, of `start` or of `exec`, takes its last steps: it has got a
  /// descriptor for somebody else on the host (lesson 09: who answers for its system calls).
  virtual void deliver(const Fd& /*descriptor*/, pid_t /*child*/) {}
  /// Inside, as the child: make the container's world, up to "created".
  virtual void inside(Handshake& handshake) = 0;
  /// Inside, as the child of `run` or of `exec`: the last steps to `process`. Ends in execve, or
  /// throws. The handshake is for what is made this late: a pty of exec's, the listener of a
  /// system-call filter.
  virtual void become(const oci::Process& process, Handshake& handshake) = 0;
};

/// Each step's container.cpp defines it: that step's story for `config`, which must outlive it.
std::unique_ptr<Story> make_story(const oci::Config& config);
using StoryMaker = std::unique_ptr<Story> (*)(const oci::Config&);

/// Throws Error if the config asks for a user namespace, and the story makes none: an earlier step
/// must not give a container the host's users in silence.
void refuse_missing_users(const Story& story, const oci::Config& config);

/// A container that is complete and waits for start: its first process, and the line to it.
struct Created {
  Child child;
  Handshake handshake;
  /// What has to be done when it has ended, by whoever outlives it; may be empty.
  std::function<void()> at_end = {};
};

/// Tells the story up to "created": on the host, clone, for the child, inside. Throws the child's
/// error as its own. `undo` gets what lasts. If it throws, the child has been killed and reaped.
/// The container outlives this process from the release of Stage::kCreated on: then its first process
/// waits at the `door` for whoever starts it.
Created create(Story& story, const oci::Process& process, Undo& undo, const Door& door);

/// What the host has to do before the program starts, and does while the child makes its world.
using Meanwhile = std::function<void(const Child& child)>;

/// The same, and lets the container become its program as soon as it is complete, for `run`: the child
/// waits for nobody. Returns when execve has succeeded.
Created launch(Story& story, const oci::Process& process, Undo& undo,
               const Meanwhile& meanwhile = {});

}  // namespace lockstep
