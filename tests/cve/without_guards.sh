#!/bin/bash
# without_guards.sh [--check] [NAME…]: each exploit of tests/cve, on programs from whose sources its guard was taken out: there the test
# must fail. guards/NAME.patch takes it out, guards/NAME.WHICH.patch where there are several; its first line says what it is. Builds and
# tries them in build/guards; with the guards, first of all, each test must pass. --check looks only whether each test has a patch,
# and whether each patch still applies.
set -euo pipefail
cd "$(dirname "$0")/../.."
source=$PWD
copy=${LOCKSTEP_BUILD:-$source/build}/guards
failed=0

wrong() { echo "FAILED: $*"; failed=1; }

tests() { find tests/cve -name '*.sh' ! -name lib.sh ! -name without_guards.sh -printf '%f\n' | sed 's/\.sh$//' | LC_ALL=C sort; }

check() {
  local name patch
  command -v patch > /dev/null || { echo "skipped: patch is missing (make deps-test installs it)"; exit 77; }
  for name in $(tests); do
    compgen -G "tests/cve/guards/$name.*patch" > /dev/null || wrong "tests/cve/$name.sh has no patch in tests/cve/guards"
  done
  for patch in tests/cve/guards/*.patch; do
    name=$(basename "$patch")
    [[ -x tests/cve/${name%%.*}.sh ]] || wrong "$patch: there is no tests/cve/${name%%.*}.sh"
    [[ $(head -n 1 "$patch") != [-+]* ]] || wrong "$patch: its first line doesn't say what it takes out"
    patch --dry-run --strip 1 --fuzz 0 --force --input "$patch" > /dev/null || wrong "$patch: it doesn't apply to the sources any more"
  done
}

# A copy of its own: with a name of its own in it nothing here changes, whatever happens meanwhile.
copy_sources() {
  rm -rf "$copy"
  mkdir -p "$copy"
  cp -a CMakeLists.txt CMakePresets.json common rootfs-fetch steps tests tools "$copy"
  cmake -S "$copy" --preset release > "$copy/log" || { cat "$copy/log"; exit 1; }
}

build() {
  CCACHE_BASEDIR=$copy CCACHE_NOHASHDIR=1 cmake --build "$copy/build" --parallel "${JOBS:-$(nproc)}" \
    --target step09 exploit-helper attacker-helper call-helper > "$copy/log" 2>&1 || { tail -n 20 "$copy/log"; return 1; }
}

# try_test NAME: its output is in $copy/said.
try_test() {
  LOCKSTEP_BUILD=$copy/build LOCKSTEP_SOURCE=$source timeout --kill-after 5 300 "tests/cve/$1.sh" > "$copy/said" 2>&1 < /dev/null
}

try_with_guards() {
  local name status
  for name in "$@"; do
    status=0
    try_test "$name" || status=$?
    (( status == 0 )) || { cat "$copy/said"; wrong "$name: with all guards the test ends with status $status"; }
  done
}

# try_without PATCH: a line of the table.
try_without() {
  local name status=0 first
  name=$(basename "$1" .patch)
  patch --strip 1 --fuzz 0 --force --silent --directory "$copy" --input "$source/$1" || { wrong "$1 doesn't apply"; return; }
  if build; then
    try_test "${name%%.*}" || status=$?
    first=$(sed -n 's/^FAILED: //p' "$copy/said" | head -n 1)
    printf '%s | %s | %s\n' "$name" "$(head -n 1 "$1")" "${first:-(none)}"
    # Its own `fail`, and then its own end: not that of a script which stumbled.
    if (( status != 1 )) || [[ -z $first ]] || ! grep -qE '^[0-9]+ failures$' "$copy/said"; then
      cat "$copy/said"
      wrong "$name: without its guard the test ends with status $status"
    fi
  else
    wrong "$name: it can't be built without its guard"
  fi
  patch --strip 1 --reverse --force --silent --directory "$copy" --input "$source/$1"
}

if [[ ${1:-} == --check ]]; then
  check
  exit "$failed"
fi
(( EUID == 0 )) || { echo "skipped: needs root, to make hosts of their own"; exit 77; }
check
(( $# )) || mapfile -t names < <(tests)
(( ! $# )) || names=("$@")
copy_sources
build
try_with_guards "${names[@]}"
echo 'test | the guard that was taken out | the first line in which the test failed'
for name in "${names[@]}"; do
  compgen -G "tests/cve/guards/$name.*patch" > /dev/null || wrong "$name: no patch"
  for patch in tests/cve/guards/"$name".*patch; do
    [[ ! -e $patch ]] || try_without "$patch"
  done
done
exit "$failed"
