"""table.py CASES-RESULTS CTEST-NAMES BUILD [SPECIFICATION]: the table of what the specification demands, each with the test that
holds it. Fails if a row names no test, one that isn't there or one that didn't pass; with the specification's folder also if a
sentence of it has no row."""

import json
import os
import re
import sys

import features

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = re.compile(r"\b(MUST|SHALL|REQUIRED|SHOULD)\b")


def read(path):
    """(words that the file's first line promises, rows); a row: (line, words, section, rule, what holds it)."""
    rows, section = [], ""
    lines = open(path, encoding="utf-8").read().splitlines()
    promised = int(re.search(r": (\d+) words", lines[0])[1])
    for line in lines[1:]:
        if line.startswith("## "):
            section = line[3:]
        elif line.strip():
            place, rule, held = (part.strip() for part in line.split(" | "))
            number, _, words = place.partition("x")
            rows.append((int(number), int(words or 1), section, rule, held))
    return promised, rows


def against(specification, name, rows):
    """The sentences of the specification itself, by line and count."""
    for number, line in enumerate(open(f"{specification}/{name}.md", encoding="utf-8"), 1):
        words, covered = len(WORDS.findall(line)), sum(row[1] for row in rows if row[0] == number)
        if words != covered:
            yield f"{name}.md:{number}: {words} demands, {covered} in the table"


def judge(held, passed, tests, pending):
    if held.startswith("- "):
        return "not testable", held[2:]
    states = []
    for one in held.split():
        if one.startswith("ctest:"):
            states.append("elsewhere" if one[6:] in tests else "MISSING")
        elif one not in passed:
            states.append("MISSING")
        else:
            states.append("holds" if passed[one] else "pending" if one in pending else "FAILED")
    for worst in ("MISSING", "FAILED", "pending", "elsewhere", "holds"):
        if worst in states:
            return worst, held
    return "MISSING", held


def main():
    results = json.load(open(sys.argv[1], encoding="utf-8"))
    tests = set(open(sys.argv[2], encoding="utf-8").read().split())
    passed = results["passed"]
    passed.update(features.check(features.newest(sys.argv[3]), passed))
    counts, wrong, number = {}, [], 0
    for name in ("config", "config-linux", "runtime", "runtime-linux", "features", "features-linux"):
        promised, rows = read(f"{HERE}/table/{name}.txt")
        if promised != sum(row[1] for row in rows):
            wrong.append(f"{name}.md: {promised} demands, {sum(row[1] for row in rows)} in the table")
        if len(sys.argv) > 4:
            wrong += against(sys.argv[4], name, rows)
        for line, _, section, rule, held in rows:
            number += 1
            state, how = judge(held, passed, tests, results["pending"])
            counts[state] = counts.get(state, 0) + 1
            print(f"{number:>3} {name}.md:{line:<5} {section[:22]:<23}{state:<13} {rule}: {how}")
            if state in ("MISSING", "FAILED"):
                wrong.append(f"{name}.md:{line}: {state}: {how}")
    print(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) + f", of {number}")
    for line in wrong:
        print(f"FAILED: {line}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
