#!/bin/bash
# tidy.sh BUILD JOBS: clang's warnings and clang-tidy on every source of BUILD's compile_commands.json, JOBS at a time. Nothing is
# compiled, which would take half as long again. What was clean stays so until its text, headers and all, or .clang-tidy changes:
# BUILD/clean has a file for each such text.
set -euo pipefail
cd "$(dirname "$0")/.."

# One source, when this script calls itself.
check() {
  local build=$1 source=$2 text remarks
  if [[ -d $build/clean ]]; then
    text=$({ preprocess "$build" "$source"; cat .clang-tidy; } | sha256sum)
    [[ ! -e $build/clean/${text%% *} ]] || return 0
  fi
  if ! remarks=$(clang-tidy --quiet -p "$build" "$source" 2>&1); then
    printf '%s\n' "$remarks"
    return 1
  fi
  [[ ! -d $build/clean ]] || : > "$build/clean/${text%% *}"
}

preprocess() (
  local command
  command=$(jq -r --arg file "$2" '.[] | select(.file == $file) | .command' "$1/compile_commands.json")
  cd "$1"
  eval "${command%% -o *} -E -o - ${command##* -c }"  # CMake's words are quoted for a shell
)

if [[ ${1:-} == --one ]]; then
  check "$2" "$3"
  exit
fi
build=$1 jobs=$2
[[ ${CI:-} ]] || mkdir -p "$build/clean"  # in CI nobody comes back to it
jq -r '.[].file' "$build/compile_commands.json" | LC_ALL=C sort |
  xargs -P "$jobs" -d '\n' -n 1 tools/tidy.sh --one "$build" ||
  { echo "lint: see above" >&2; exit 1; }
