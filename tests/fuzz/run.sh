#!/bin/bash
# run.sh TARGET SECONDS: builds the fuzz target, if it isn't yet, and lets it run for so long on the corpus beside this
# file. As an ordinary user: what it makes in a temporary folder is an attacker's choice.
set -euo pipefail
target=$1 seconds=$2
build=$LOCKSTEP_BUILD/fuzz
if [[ ${CI:-} == true && $target != config ]]; then
  echo "skipped: CI's hour does for one of these targets, config; \`make test\` anywhere else runs them all"
  exit 77
fi
if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
    clang++ -x c++ - -fsanitize=fuzzer,address -o /dev/null 2> /dev/null; then
  echo "skipped: no clang++ with libFuzzer and AddressSanitizer here (apt-get install clang libclang-rt-dev)"
  exit 77
fi

cmake -S "$LOCKSTEP_SOURCE" -B "$build" -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=clang++ \
  -D LOCKSTEP_SANITIZE=fuzzer-no-link,address,undefined -D LOCKSTEP_FUZZ=ON > /dev/null
cmake --build "$build" --parallel "$(nproc)" --target "fuzz-$target" > "$build/$target.log" 2>&1 || { tail -30 "$build/$target.log"; exit 1; }

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
program=$(find "$build" -name "fuzz-$target" -type f)
cp -r "$LOCKSTEP_SOURCE/tests/fuzz/corpus/$target" "$place/corpus"
cp "$program" "$place/program"
as_user=()
if (( EUID == 0 )); then
  as_user=(setpriv --reuid 64999 --regid 64999 --clear-groups)
  chown -R 64999:64999 "$place"
fi
cd "$place"
# The same inputs every time in CI: there a change is looked at, and what is found by chance isn't the change's.
seed=()
[[ ${CI:-} != true ]] || seed=(-seed=1)
status=0
TMPDIR=$place "${as_user[@]}" ./program "${seed[@]}" -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
  -print_final_stats=1 corpus > log 2>&1 || status=$?
grep -E '^stat::(number_of_executed_units|new_units_added)' log || true
(( status == 0 )) || { tail -60 log; echo "the input:"; cat crash-* timeout-* oom-* leak-* 2> /dev/null | base64; exit 1; }
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' log)
(( runs > 100 )) || { echo "only $runs inputs were tried"; exit 1; }
