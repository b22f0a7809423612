#!/bin/bash
# lint.sh [format|sizes|shell|tidy_config]…: the house's rules that a program can check quickly; all
# of them by default.
set -euo pipefail
cd "$(dirname "$0")/.."

sources() { find common steps rootfs-fetch tests -name '*.[ch]pp' | LC_ALL=C sort; }

check_format() {
  if [[ $(clang-format --version 2>&1) != *' version 14.'* ]]; then  # others format a little otherwise
    echo "lint: needs clang-format 14, so the format was not checked" >&2
    return 77
  fi
  local places
  places=$(sources | xargs clang-format --dry-run -Werror 2>&1 | sed -nE 's/^([^:]+:[0-9]+):[0-9]+: error.*/\1/p' || true)
  [[ -z $places ]] || { echo "not as .clang-format has it (\`make format\` mends it):"; echo "$places"; return 1; }
}

too_long() {  # FILE LIMIT WHY
  local lines
  lines=$(wc -l < "$1")
  (( lines < $2 )) || { echo "$1: $lines lines, the limit is under $2: $3"; failed=1; }
}

# A lesson is read in one sitting: see "A lesson is a core and its details" in CONTRIBUTING.md.
check_sizes() {
  local failed=0 lesson core details file step
  while read -r lesson core details; do
    step=steps/$lesson
    too_long "$step/$core" 100 "a core is one idea; move a detail out"
    [[ $(head -c 2 "$step/$core") == // ]] || { echo "$step/$core: a core opens with its story"; failed=1; }
    too_long "$step/main.cpp" 80 "main.cpp only names the commands"
    while read -r file; do
      too_long "$file" 200 "it has two subjects: name them"
      [[ " container.cpp main.cpp $core $details " == *" ${file#"$step"/} "* || $file == *.hpp ]] ||
        { echo "$file: not in CMakeLists.txt, so it is not built"; failed=1; }
    done < <(find "$step" -name '*.[ch]pp')
  done < <(tools/steps.sh .)
  while read -r file; do
    too_long "$file" 220 "it has two subjects: name them"
  done < <(find common rootfs-fetch -name '*.[ch]pp')
  return "$failed"
}

check_shell() {
  if ! command -v shellcheck > /dev/null; then
    echo "lint: shellcheck is missing (make deps-test installs it), so the scripts were not checked" >&2
    return 77
  fi
  find .ci tools tests -type f -print0 | xargs -0 grep -lZE -m 1 '^#!(/usr)?/bin/(ba)?sh' |
    xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR
}

# clang-tidy itself runs in the "tidy" preset (see `make lint`); with a configuration that it can't
# read it would go on and find nothing.
check_tidy_config() {
  local remarks
  remarks=$(clang-tidy --dump-config 2>&1 > /dev/null)
  [[ -z $remarks ]] || { echo ".clang-tidy: $remarks"; return 1; }
}

(( $# )) || set -- format sizes shell tidy_config
for part in "$@"; do
  "check_$part"
done
