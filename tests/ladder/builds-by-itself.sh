#!/bin/bash
# builds-by-itself.sh COMPILER: each folder of the unrolled ladder, copied away from the repository,
# builds and starts. Unoptimised, and all at one path so that ccache knows common/ the second time.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
compiler=$1
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
mine=$temporary/mine

for lesson in "${lessons[@]}"; do
  rm -rf "$mine"
  cp -r "$LOCKSTEP_BUILD/ladder/$lesson" "$mine"
  cmake -S "$mine" -B "$mine/b" -D CMAKE_CXX_COMPILER="$compiler" -D CMAKE_BUILD_TYPE=None > /dev/null
  cmake --build "$mine/b" --parallel "$(nproc)" > "$temporary/log" 2>&1 ||
    { cat "$temporary/log"; fail "$lesson does not build by itself"; continue; }
  program=$mine/b/step${lesson%%-*}
  help=$("$program" --help) || fail "$program --help: exit status $?"
  [[ $help == *run* ]] || fail "$program --help does not name the command run: $help"
  grep -aq "$LOCKSTEP_SOURCE" "$program" && fail "$program holds the repository's path"
  echo "$lesson builds by itself"
done
finish
