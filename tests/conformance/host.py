"""The host's side: what a container's cgroup and namespaces are, and what is left when it is gone."""

import glob
import os
import re

ROOT = "/run/test"
SPACES = ("mnt", "net", "ipc", "uts", "pid", "user", "cgroup", "time")
# Settings of cgroups, not what they count.
SETTINGS = re.compile(
    r"memory\.((soft_|memsw\.|kmem\.|kmem\.tcp\.)?limit_in_bytes|swappiness|oom_control|use_hierarchy|max|high|low|min"
    r"|swap\.max|oom\.group)$|cpu\.(shares|idle|cfs_.*_us|rt_.*_us|max(\.burst)?|weight)$|cpuset\.(cpus|mems)$"
    r"|pids\.max$|(blkio|io)\.(weight|bfq\.weight|throttle\.\w+_device|max|latency)$|hugetlb\..*(limit_in_bytes|max)$"
    r"|net_cls\.classid$|net_prio\.ifpriomap$|rdma\.max$|devices\.list$|freezer\.state$|cgroup\.(freeze|type)$")


VERSION = "2" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "1"  # of cgroups


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        return f"({error.strerror})"


def space(pid, name):
    try:
        return os.readlink(f"/proc/{pid}/ns/{name}")
    except OSError:
        return "?"


def same(one, other):
    return os.path.exists(other) and os.stat(one).st_ino == os.stat(other).st_ino


OWN = {name: space("self", name) for name in SPACES}


def hierarchies():
    """(controllers, mount point, root of the mount) of each that is mounted."""
    found = []
    for line in read("/proc/self/mountinfo").splitlines():
        words = line.split(" ")
        at = words.index("-")
        if words[at + 1] == "cgroup2":
            found.append(("", words[4], words[3]))
        elif words[at + 1] == "cgroup":
            found.append((words[at + 3], words[4], words[3]))
    return found


def folders(pid):
    """(name, folder) of a process's cgroups."""
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, name, path = line.split(":", 2)
        for options, mount, root in hierarchies():
            if (name == "") != (options == "") or (name and name.split(",")[0] not in options.split(",")):
                continue
            if path == root or path.startswith(root.rstrip("/") + "/"):
                yield name, mount + "/" + path[len(root.rstrip("/")):].lstrip("/"), path
                break


def describe(pid, config):
    """Lines about a container, as the host sees it."""
    for name in SPACES:
        yield f"namespace {name}: " + ("the host's" if space(pid, name) == OWN[name] else "own")
    for one in config["linux"].get("namespaces", []):
        if "path" in one and os.path.exists(one["path"]):
            short = {"network": "net", "mount": "mnt"}.get(one["type"], one["type"])
            yield f"joined {one['type']}: " + ("yes" if same(one["path"], f"/proc/{pid}/ns/{short}") else "no")
    place = config["linux"].get("cgroupsPath", "").replace("/PLACE/", "/lockstep-conformance/")
    for name, folder, path in sorted(folders(pid)):
        if not os.path.isdir(folder):  # hidden by another mount
            continue
        for file in sorted(os.listdir(folder)):
            if SETTINGS.match(file):
                for line in read(f"{folder}/{file}").splitlines():
                    yield f"cgroup {file}: {line}"
    if place.startswith("/"):
        where = {path for name, _, path in folders(pid) if name}
        where.discard("/")
        yield "cgroup place: " + ("below the mount point" if all(path.endswith(place) for path in where) else str(where))


def tree(path):
    found = {}
    for folder, names, files in os.walk(path):
        for name in names + files:
            full = f"{folder}/{name}"
            found[os.path.relpath(full, path)] = oct(os.lstat(full).st_mode)[2:]
    return found


def cgroups():
    """Below the test's own, and those at the top that are called as the container or the cases' own."""
    found = set()
    for _, mount, _ in hierarchies():
        for place in (f"{mount}/lockstep-conformance", f"{mount}/x"):
            found.update(folder for folder, _, _ in os.walk(place))
    for _, folder, _ in folders("self"):
        found.update(f"{above}/{name}" for above, names, _ in os.walk(folder) for name in names)
    return found


def snapshot(state):
    mounts = [re.sub(r"^\S+ \S+ \S+ ", "", line) for line in read("/proc/self/mountinfo").splitlines()]
    mounts = [re.sub(r"(shared|master):\d+", r"\1", line) for line in mounts]
    processes = {f"{pid} {read(f'/proc/{pid}/comm').strip()}" for pid in os.listdir("/proc") if pid.isdigit()}
    return {
        "mount": set(mounts), "cgroup": cgroups(), "process": processes,
        "file": set(glob.glob(f"{state}/*")) | set(tree(f"{ROOT}/bundle")),
    }


def changes(before, after):
    for kind in before:
        for one in sorted(after[kind] - before[kind]):
            yield f"left {kind}: {one}"
        for one in sorted(before[kind] - after[kind]):
            yield f"lost {kind}: {one}"


def place(mount):
    """What is mounted where, whatever its options."""
    return mount.split(" ")[:2]


def new_mounts(before, after):
    """Those that are more, the last first: not where only the options of one have changed."""
    were = [place(mount) for mount in before["mount"]]
    return [mount for mount in sorted(after["mount"] - before["mount"], reverse=True) if place(mount) not in were]


def sweep(before, after):
    for folder in sorted(after["cgroup"] - before["cgroup"], reverse=True):
        try:
            os.rmdir(folder)
        except OSError:
            pass
