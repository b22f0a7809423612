#include "rootfs-fetch/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "common/images/image.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::fetch {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};
constexpr size_t kBar = 20;

double seconds_since(steady_clock::time_point then) {
  return std::chrono::duration<double>(steady_clock::now() - then).count();
}

struct Screen {
  size_t rows = 24;
  size_t columns = 80;
};

Screen screen() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

std::string bar(double share) {
  const auto full = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * kBar);
  return "[" + std::string(full, '#') + std::string(kBar - full, ' ') + "]";
}

std::string time_left(int64_t bytes, double speed) {
  if (speed < 1) return "";
  const auto seconds = static_cast<int64_t>(static_cast<double>(bytes) / speed) + 1;
  if (seconds < 60) return fmt::format("{} s left", seconds);
  return seconds < 3600 ? fmt::format("{} min left", seconds / 60)
                        : fmt::format("{} h left", seconds / 3600);
}

}  // namespace

void Progress::Part::finish(const char* how) {
  state_ = how;
  finished_ = true;
  if (!progress_.wanted_ || progress_.terminal_) return;
  const double seconds = seconds_since(started_);
  narrate::say(
      fmt::format("{}: {} {} in {:.1f} s", label_, images::human_size(total_), how, seconds));
}

Progress::Progress(bool wanted) : wanted_(wanted), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::begin() {
  for (Part& part : parts_) part.started_ = steady_clock::now();
  if (wanted_ && terminal_ && !parts_.empty()) thread_ = std::thread([this] { draw_until_end(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Progress::draw_until_end() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kPause, [this] { return ended_; })) draw();
  draw();
}

/// "5f19f9165503  [######              ]  7.1 MB of 23.2 MB  31.0 MB/s  1 s left"
std::string Progress::line_of(Part& part, double seconds, size_t width) const {
  const int64_t done = part.done_;
  const double now = seconds > 0 ? static_cast<double>(done - part.shown_) / seconds : 0;
  part.speed_ = part.speed_ < 1 ? now : 0.8 * part.speed_ + 0.2 * now;
  part.shown_ = done;
  std::string line = part.label_ + "  ";
  if (part.finished_ || done == 0 || done >= part.total_) {
    line += fmt::format("{} {}", images::human_size(part.total_), part.state_.load());
  } else {
    line += fmt::format("{}  {} of {}  {}/s  {}",
                        bar(static_cast<double>(done) / static_cast<double>(part.total_)),
                        images::human_size(done), images::human_size(part.total_),
                        images::human_size(static_cast<int64_t>(part.speed_)),
                        time_left(part.total_ - done, part.speed_));
  }
  return line.substr(0, width);
}

/// As many lines as fit; where not all do, those that are not done yet.
void Progress::draw() {
  const Screen size = screen();
  const double seconds = seconds_since(drawn_);
  drawn_ = steady_clock::now();
  std::string text = lines_ > 0 ? fmt::format("\x1b[{}A", lines_) : "";
  lines_ = 0;
  const size_t most = std::max<size_t>(size.rows, 2) - 1;
  for (Part& part : parts_) {
    const std::string line = line_of(part, seconds, size.columns - 1);
    if (lines_ == most || (parts_.size() > most && part.finished_)) continue;
    text += "\r\x1b[2K" + line + "\n";
    ++lines_;
  }
  text += "\x1b[J";
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) lines_ = 0;  // nobody sees it any more
}

}  // namespace lockstep::fetch
