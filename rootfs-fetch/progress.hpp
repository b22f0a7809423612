#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace lockstep::fetch {

/// How far a work of several parts is, on standard error: on a terminal a line a part, drawn again
/// ten times a second; elsewhere a line when a part is done.
class Progress {
 public:
  /// One part: a layer. Its thread changes it, another one draws it.
  class Part {
   public:
    Part(Progress& progress, std::string label, int64_t total)
        : progress_(progress), label_(std::move(label)), total_(total) {}

    /// "waits", "is fetched"; for the terminal only.
    void is(const char* state) { state_ = state; }
    void add(uint64_t bytes) { done_ += static_cast<int64_t>(bytes); }
    void start_over() { done_ = 0; }
    /// It is done; `how` is what the line says of it: "fetched and unpacked".
    void finish(const char* how);

   private:
    friend class Progress;
    Progress& progress_;
    const std::string label_;
    const int64_t total_;
    std::atomic<int64_t> done_ = 0;
    std::atomic<const char*> state_ = "waits";
    std::atomic<bool> finished_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    int64_t shown_ = 0;  // what was done when it was drawn last; for the speed
    double speed_ = 0;   // bytes a second
  };

  /// `wanted`: nothing is shown without it.
  explicit Progress(bool wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  /// Draws the end.
  ~Progress();

  /// Before begin().
  Part& add(const std::string& label, int64_t total) {
    return parts_.emplace_back(*this, label, total);
  }
  void begin();

 private:
  void draw_until_end();
  void draw();
  std::string line_of(Part& part, double seconds, size_t width) const;

  const bool wanted_;
  const bool terminal_;
  std::deque<Part> parts_;
  size_t lines_ = 0;  // on the screen
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace lockstep::fetch
