"""What `features` says is true: features.md's and features-linux.md's rules, each a check that has a name in the table."""

import json
import os
import re
import subprocess

KNOWN = {
    "": {"ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux", "annotations", "potentiallyUnsafeConfigAnnotations"},
    "linux": {"namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux", "intelRdt", "memoryPolicy",
              "mountExtensions", "netDevices"},
    "linux.cgroup": {"v1", "v2", "systemd", "systemdUser", "rdma"},
    "linux.seccomp": {"enabled", "actions", "operators", "archs", "knownFlags", "supportedFlags"},
    "linux.intelRdt": {"enabled", "schemata", "monitoring"},
    "linux.memoryPolicy": {"modes", "flags"},
    "linux.mountExtensions": {"idmap"},
    "linux.netDevices": {"enabled"},
    "linux.apparmor": {"enabled"},
    "linux.selinux": {"enabled"},
}
# The options that the specification's table asks for, by MUST or SHOULD.
OPTIONS = """async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec noiversion
nolazytime norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec rnoatime
rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid
rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync unbindable idmap ridmap""".split()


def ask(program):
    bare = subprocess.run([program, "features"], capture_output=True, text=True, check=True, cwd="/").stdout
    poor = subprocess.run([program, "features"], capture_output=True, text=True, check=True, env={}, cwd="/proc").stdout
    return json.loads(bare), bare == poor


def number(version):
    return [int(part) for part in re.match(r"(\d+)\.(\d+)\.(\d+)", version).groups()]


def unknown(features):
    for path, names in KNOWN.items():
        here = features
        for part in filter(None, path.split(".")):
            here = here.get(part, {})
        yield from (f"{path}.{name}" for name in here if name not in names)


def nulls(value):
    if isinstance(value, dict):
        return any(nulls(one) for one in value.values())
    return value is None or isinstance(value, list) and any(nulls(one) for one in value)


def check(program, passed):
    """Name of a check: whether it holds. `passed`: what came of the cases."""
    features, same = ask(program)
    linux, filters = features["linux"], features["linux"]["seccomp"]
    # A namespace is recognized if a new one is made or one is joined; an option or a hook if its case holds.
    spaces = {"cgroup": "ns-cgroup", "user": "ns-user", "time": "ns-time"}
    holds = {
        "features-anywhere": same,
        "features-values": not nulls(features),
        "features-version": number(features["ociVersionMin"]) <= number(features["ociVersionMax"]),
        "features-schema": not list(unknown(features)) and all(isinstance(one, str) for one in features["annotations"].values()),
        "features-hooks": all(passed.get(f"hook-{hook}") for hook in features["hooks"]),
        "features-mount-options": set(OPTIONS) <= set(features["mountOptions"])
        and all(passed.get(f"mount-{one}") for one in features["mountOptions"]),
        "features-namespaces": all(passed.get(spaces.get(one, "plain")) for one in linux["namespaces"]),
        "features-capabilities": not passed.get("caps-unknown") is False and len(linux["capabilities"]) >= 38,
        "features-seccomp": all(passed.get(f"seccomp-{one.removeprefix('SCMP_ACT_')}") or one in
                                ("SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY") for one in filters["actions"])
        and set(filters["supportedFlags"]) <= set(filters["knownFlags"]),
        "features-memory-policy": "memoryPolicy" not in linux or bool(passed.get("memory-policy")),
        "features-mount-extensions": not linux["mountExtensions"]["idmap"]["enabled"] or bool(passed.get("mount-idmap")),
    }
    return holds


def newest(build):
    return sorted(f"{build}/{name}" for name in os.listdir(build) if re.fullmatch(r"step\d\d", name))[-1]
