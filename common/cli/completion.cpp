#include "common/cli/completion.hpp"

#include <algorithm>
#include <array>

#include "common/os/text.hpp"

namespace lockstep::cli {
namespace {

/// NAME is the program's, FUNCTION a shell function's. bash takes a colon for the end of a word, and
/// images have colons in their names: so the words are split here, and what bash has already is taken
/// off.
constexpr const char* kBash = R"(# bash completion of NAME: source <(NAME completion bash)
FUNCTION() {
  local line=${COMP_LINE:0:COMP_POINT} word candidates typed
  local -a words
  read -ra words <<< "$line"
  [[ $line != *[[:space:]] ]] || words+=("")
  word=${words[-1]}
  candidates=$("${words[0]}" completion words -- "${words[@]:1}" 2> /dev/null) || return 0
  mapfile -t COMPREPLY < <(compgen -W "${candidates//:files/}" -- "$word")
  if [[ $candidates == *:files* ]]; then
    compopt -o filenames 2> /dev/null || :
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
  fi
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    typed=${word%"${word##*:}"}
    COMPREPLY=("${COMPREPLY[@]#"$typed"}")
  fi
}
complete -F FUNCTION NAME ./NAME
)";

constexpr const char* kZsh = R"(#compdef NAME
# zsh completion of NAME: source <(NAME completion zsh), or as the file _NAME in a folder of $fpath
FUNCTION() {
  local -a candidates
  candidates=("${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2> /dev/null)}")
  compadd -- "${(@)candidates:#(:files|)}"
  if (( ${candidates[(Ie):files]} )); then _files; fi
}
if (( ${+functions[compdef]} )); then compdef FUNCTION NAME ./NAME; fi
)";

std::string with(std::string text, const std::string& name, const std::string& value) {
  for (size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
    text.replace(at, name.size(), value);
  return text;
}

std::string without_brackets(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '[' && c != ']') out += c;
  }
  return out;
}

}  // namespace

std::string completion_script(const std::string& program, const std::string& shell) {
  if (shell != "bash" && shell != "zsh")
    throw UsageError(fmt::format("completion: expected bash or zsh, got {}", quoted(shell)),
                     fmt::format("source <({} completion bash)", program));
  std::string function = "_" + program;
  std::replace(function.begin(), function.end(), '-', '_');
  return with(with(shell == "bash" ? kBash : kZsh, "FUNCTION", function), "NAME", program);
}

std::vector<std::string> arguments_in(const std::string& usage) {
  std::vector<std::string> out;
  bool is_value = false;  // of an option
  for (const std::string& word : fields(usage.substr(0, usage.find('\n')))) {
    const std::string plain = without_brackets(word);
    const bool is_option = plain.starts_with('-');
    if (!is_option && !is_value && plain != "OPTIONS") out.push_back(plain);
    is_value = is_option;
  }
  return out;
}

std::vector<std::string> argument_names(const std::string& usage, size_t index) {
  constexpr std::string_view kMore = "…";
  const auto arguments = arguments_in(usage);
  if (arguments.empty()) return {};
  const bool repeats = arguments.back().ends_with(kMore);
  if (index >= arguments.size() && !repeats) return {};
  std::string name = arguments[std::min(index, arguments.size() - 1)];
  if (name.ends_with(kMore)) name.resize(name.size() - kMore.size());
  return split(name, '|');
}

bool is_file_name(const std::string& name) {
  constexpr std::array kNames = {"DIR", "FILE", "FOLDER", "TAR", "PATH"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<std::string> value_candidates(const std::string& metavar) {
  if (is_file_name(metavar)) return {kFiles};
  const bool is_choice =
      metavar.find('|') != std::string::npos &&
      std::none_of(metavar.begin(), metavar.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_choice ? split(metavar, '|') : std::vector<std::string>();
}

}  // namespace lockstep::cli
