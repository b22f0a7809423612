#pragma once

#include "09-seccomp/engine/clocks.hpp"
#include "09-seccomp/engine/hooks.hpp"
#include "09-seccomp/engine/joined.hpp"
#include "common/story/program.hpp"
#include "common/story/story.hpp"

/// Lesson 09: what an engine's config may ask for between the lines of the story.
namespace lockstep::engine {

class FinePrint : public lockstep::FinePrint {
 public:
  explicit FinePrint(oci::Config& config) : config_(config) {}

  void prepare() override;
  void prepare_to_enter(pid_t container) override;
  Child clone(uint64_t namespaces, sys::Birthplace* birthplace, Undo& undo,
              const std::function<void()>& body) override;
  void inside() override;
  bool waits_at_the_tree() const override { return hooks_.waits_at_the_tree(); }
  void at_the_tree(const Child& child) override { hooks_.at_the_tree(child.pid()); }

  /// Inside, when the tree stands, before enter_rootfs.
  void before_entering() const { hooks_.create_inside(); }
  /// Inside, with what the container's program will have: what comes before its last step.
  LastStep before(LastStep last) const;

 private:
  oci::Config& config_;
  Hooks hooks_{config_};
  JoinedNamespaces joined_{config_};
  Clocks clocks_{config_};
};

}  // namespace lockstep::engine
