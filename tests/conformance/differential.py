"""differential.py RESULTS RUNTIME[=COMMAND…] … -- [CASE…]: each case through each runtime, the first of which is ours.

A case passes if ours has all that the case expects, and if each line by which another runtime differs is explained in the file
`differences`. An explanation that explains nothing any more is a failure, too."""

import fnmatch
import json
import os
import sys
import time

import cases
import host
import runtime

HERE = os.path.dirname(os.path.abspath(__file__))


class Differences:
    """CASES | RUNTIMES | LINES | why: patterns of the shell's; a line begins with + (only ours) or - (only theirs)."""

    def __init__(self, path):
        self.rules = []
        for line in open(path, encoding="utf-8"):
            if line.strip() and not line.startswith("#"):
                parts = [part.strip() for part in line.split(" | ", 3)]
                self.rules.append([*parts, 0])

    def explain(self, case, peer, line):
        line = line[0] + line[1:].removeprefix("exec ")  # what `exec` shows differs for the same reasons
        for rule in self.rules:
            if any(fnmatch.fnmatchcase(case, one) for one in rule[0].split()) and peer in rule[1].split() \
                    and fnmatch.fnmatchcase(line, rule[2]):
                rule[4] += 1
                return rule[3]
        return None

    def stale(self, peers):
        other = "version 1: " if host.VERSION == "2" else "version 2: "
        return [rule for rule in self.rules
                if not rule[4] and not rule[3].startswith(("sometimes: ", other)) and set(rule[1].split()) <= set(peers)]


class Pending:
    """CASES | what is not done yet. A case that is listed and holds is a failure: the line has to go."""

    def __init__(self, path):
        self.lines = [[part.strip() for part in line.split(" | ", 1)] for line in open(path, encoding="utf-8")
                      if line.strip() and not line.startswith("#")]

    def why(self, case):
        return next((why for names, why in self.lines if any(fnmatch.fnmatchcase(case, one) for one in names.split())), None)


def first_create(run):
    return next((line for line in run.lines if line.startswith("create: ")), "")


def compare(ours, theirs):
    """Lines that only one of them has; or one line, if only one of them takes the case at all."""
    for run, other, text in ((ours, theirs, "+refused"), (theirs, ours, "-refused")):
        if first_create(run) == "create: refused" and first_create(other) == "create: ok":
            return [text]
    only = [f"+{line}" for line in ours.lines if line not in theirs.lines]
    only += [f"-{line}" for line in theirs.lines if line not in ours.lines]
    return list(dict.fromkeys(only))


def expected(case, run):
    for pattern in case.expected:
        if not any(fnmatch.fnmatchcase(line.rstrip(), pattern) for line in run.lines):
            field = pattern.split(":")[0]
            yield f"expected {pattern!r}, found {[line for line in run.lines if line.startswith(field + ':')][:3]}"
    for pattern in case.forbidden:
        yield from (f"not expected: {line}" for line in run.lines if fnmatch.fnmatchcase(line, pattern))


def outcome(run):
    """One word for the table."""
    for field in ("run: ", "exit: "):
        for line in run.lines:
            if line.startswith(field):
                return line
    refused = [line.split(":")[0] for line in run.lines if line.endswith(": refused")]
    return f"{refused[0]} refused" if refused else "ok"


def explain(case, ours, theirs, differences):
    """The lines by which they differ that nothing explains, and how many something does."""
    lines = compare(ours, theirs)
    unexplained = [line for line in lines if not differences.explain(case.name, theirs.name, line)]
    return unexplained, len(lines) - len(unexplained)


def try_case(case, runtimes, differences):
    tried = runtimes[:1] if case.alone else runtimes
    runs = [runtime.Run(name, command, case).go() for name, command in tried]
    wrong = list(expected(case, runs[0]))
    row = {"lockstep": outcome(runs[0])}
    for run, (name, command) in zip(runs[1:], tried[1:]):
        unexplained, explained = explain(case, runs[0], run, differences)
        if unexplained:  # a peer may have a bad moment, crun's terminals now and then: ours gets no second try
            unexplained, explained = explain(case, runs[0], runtime.Run(name, command, case).go(), differences)
        wrong += [f"{run.name}: {line}" for line in unexplained]
        row[run.name] = "as ours" if not explained and not unexplained else f"{explained} explained" if not unexplained \
            else f"{len(unexplained)} UNEXPLAINED"
    if wrong:
        wrong += [f"({run.name} said: {run.said})".replace("\n", " ") for run in runs if run.said]
    return row, wrong


def main():
    at = sys.argv.index("--")
    results, chosen = sys.argv[1], sys.argv[at + 1:]
    runtimes = [(one.split("=", 1)[0], one.split("=", 1)[1].split()) for one in sys.argv[2:at]]
    all_cases = [case for file in sorted(os.listdir(f"{HERE}/cases")) for case in cases.read(f"{HERE}/cases/{file}")]
    cases.make_configs(all_cases, f"{HERE}/cases.jq", f"{HERE}/base.json")
    if chosen:
        all_cases = [case for case in all_cases if any(fnmatch.fnmatchcase(case.name, one) for one in chosen)]
    differences, pending = Differences(f"{HERE}/differences"), Pending(f"{HERE}/pending")
    passed, failed, began = {}, 0, time.monotonic()
    print(f"{'case':<36}" + "".join(f"{name:<22}" for name, _ in runtimes))
    for case in all_cases:
        since = time.monotonic()
        row, wrong = try_case(case, runtimes, differences)
        if time.monotonic() - since > 2:
            print(f"    took {time.monotonic() - since:.1f} s")
        passed[case.name] = not wrong
        if why := pending.why(case.name):
            row["lockstep"], wrong = "PENDING", [] if wrong else [f"holds, and is listed as pending: {why}"]
        print(f"{case.name:<36}" + "".join(f"{row.get(name, ''):<22}" for name, _ in runtimes), flush=True)
        for line in wrong:
            print(f"    FAILED: {line}", flush=True)
        failed += bool(wrong)
    if not chosen:
        for rule in differences.stale([name for name, _ in runtimes[1:]]):
            print(f"FAILED: explains nothing any more: {' | '.join(rule[:4])}")
            failed += 1
    if not chosen:
        with open(results, "w", encoding="utf-8") as file:
            json.dump({"runtimes": [name for name, _ in runtimes], "passed": passed,
                       "pending": [name for name in passed if pending.why(name)]}, file)
    print(f"{len(passed)} cases through {len(runtimes)} runtimes in {time.monotonic() - began:.1f} s, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
