"""The cases: what is asked of a container, and what has to be seen. See: README.md"""

import itertools
import json
import re
import subprocess
from dataclasses import dataclass, field

import host

DEFAULT_VERBS = "create start wait delete"


@dataclass
class Case:
    name: str
    filter: str = ""
    verbs: list = field(default_factory=list)
    expected: list = field(default_factory=list)
    forbidden: list = field(default_factory=list)
    alone: str = ""  # why no other runtime is given this
    config: dict = None


def expand(name, lines):
    """name-{a b}: a case for each word; <> in its lines is the word. Of {a:1 b:2} they are <0> and <1>."""
    found = re.search(r"\{([^}]*)\}", name)
    if not found:
        yield name, lines
        return
    for word in found[1].split():
        parts = word.split(":")
        new = []
        for line in lines:
            line = line.replace("<>", parts[0])
            for i, part in enumerate(parts):
                line = line.replace(f"<{i}>", part)
            new.append(line)
        yield name.replace(found[0], parts[0]), new


def parse(name, lines):
    case = Case(name)
    for line in lines:
        kind, rest = line[:2], line[2:].rstrip("\n")
        if re.match(r"[>!][12] ", line):  # on a machine with that version of cgroups
            if line[1] != host.VERSION:
                continue
            kind, rest = line[0] + " ", rest[1:]
        if kind == "@ ":
            case.verbs = rest.split(" ")
        elif kind == "> ":
            case.expected.append(rest)
        elif kind == "! ":
            case.forbidden.append(rest)
        elif kind == "~ ":
            case.alone = rest
        elif line.strip():
            case.filter += line
    case.verbs = case.verbs or DEFAULT_VERBS.split()
    return case


def read(path):
    cases, name, lines = [], None, []
    with open(path, encoding="utf-8") as file:
        for line in itertools.chain(file, ["== \n"]):
            if line.startswith("== "):
                if name:
                    cases += [parse(*one) for one in expand(name, lines)]
                name, lines = line[3:].strip(), []
            elif name:
                lines.append(line)
    return cases


def make_configs(cases, definitions, base):
    """One run of jq makes them all."""
    program = open(definitions, encoding="utf-8").read()
    program += ",\n".join("(%s)" % case.filter.strip() for case in cases)
    answer = subprocess.run(["jq", "--compact-output", program, base], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"jq: {answer.stderr[:500]}"
    configs = answer.stdout.splitlines()
    assert len(configs) == len(cases), "a filter gives more or less than one config"
    for case, config in zip(cases, configs):
        case.config = json.loads(config)
    names = [case.name for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"cases of the same name: {twice}"
