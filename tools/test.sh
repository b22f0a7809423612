#!/bin/bash
# test.sh BUILD [CTEST-OPTION…]: runs the tests by ctest, and shows before ctest's own summary what the tests of the whole ladder
# have found: each step against each lesson, each attack from each step, and how many system calls the sweeps have covered.
set -uo pipefail
build=$1
shift
(( $# )) || set -- --exclude-regex '^(conformance|engines)[.]'  # they have targets of their own: make conformance, make engines

# What passed is not shown by ctest, but is in its log, which is complete when it has ended.
tables() {
  # shellcheck disable=SC2016  # awk's
  awk '
    /^\| each step against/ { print "" }
    /^\| / { sub(/^\| /, ""); print }
    /: [0-9]+ system calls, [0-9]+ leaks/ { sweeps = sweeps $0 "\n" }
    /^attack [0-9]+ is / { what[$2] = $0; sub(/^attack [0-9]+ is /, "", what[$2]) }
    /^attack [0-9]+ from .*: / { sub(/:$/, "", $4); result[$2, $4] = $5; if (!($4 in seen)) { seen[$4]; if ($4 != "host") steps[++count] = $4 } }
    END {
      if (count) {
        for (i = 2; i <= count; ++i)
          for (j = i; j > 1 && steps[j - 1] > steps[j]; --j) { t = steps[j]; steps[j] = steps[j - 1]; steps[j - 1] = t }
        printf "\n%-42s%-9s", "each attack, from", "no step"
        for (i = 1; i <= count; ++i) printf "%-9s", steps[i]
        print ""
        for (n = 1; n <= 99; ++n) {
          number = sprintf("%02d", n)
          if (!(number in what)) continue
          printf "%-42s%-9s", number " " what[number], result[number, "host"]
          for (i = 1; i <= count; ++i) printf "%-9s", result[number, steps[i]]
          print ""
        }
      }
      if (sweeps) printf "\nfaults at system calls:\n%s", sweeps
      print ""
    }' "$build/Testing/Temporary/LastTest.log" | sed 's/ *$//'
}

"$(dirname "$0")/as-machine.sh" ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "${JOBS:-$(nproc)}" "$@" | {
  while IFS= read -r line; do
    if [[ $line =~ ^[0-9]+%\ tests\ passed ]]; then
      summary=$line$'\n'$(cat)  # to ctest's end: only then is its log complete
      tables
      line=$summary
    fi
    printf '%s\n' "$line"
  done
}
