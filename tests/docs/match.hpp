#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Whether a terminal shows what a page says.
///
/// `[...]` in a line stands for any text, a line `...` for any lines, a run of spaces for any
/// other. Two kinds of numbers are the kernel's to choose, and have a range in the pages:
///   31000 to 31999           a PID. The same number is the same PID on the whole page.
///   4026531832 to …839       the namespaces of the page's terminals: mnt, net, time, cgroup, pid,
///                            user, uts, ipc, as on every recent kernel
///   4026531840 to …539999    any other namespace; the same number is the same one on the page
/// Within one output, two numbers of a page are two numbers of the kernel's.
namespace lockstep::docs {

class Numbers {
 public:
  Numbers() = default;
  /// `own`: the kind of a namespace to the number that the page's terminals have ("uts" to
  /// "4026531838").
  explicit Numbers(std::map<std::string, std::string> own) : own_(std::move(own)) {}

  /// Whether `actual` may stand where the page has `shown`; if so, that is remembered.
  bool agree(const std::string& shown, const std::string& actual);
  void new_output() { in_this_output_.clear(); }

 private:
  bool is_own(const std::string& number) const;

  std::map<std::string, std::string> own_;
  std::map<std::string, std::string> meaning_;         // the page's number to the kernel's
  std::map<std::string, std::string> in_this_output_;  // the kernel's to the page's
};

bool line_matches(std::string_view shown, std::string_view actual, Numbers& numbers);

/// A whole output. If it doesn't match, `numbers` stays as it was.
bool output_matches(const std::vector<std::string>& shown, const std::vector<std::string>& actual,
                    Numbers& numbers);

/// Both, with "  " before what is the same, "- " before the page's lines and "+ " before the
/// terminal's.
std::string difference(const std::vector<std::string>& shown,
                       const std::vector<std::string>& actual, const Numbers& numbers);
std::string difference(const std::vector<std::string>& shown,
                       const std::vector<std::string>& actual,
                       const std::function<bool(const std::string&, const std::string&)>& same);

}  // namespace lockstep::docs
