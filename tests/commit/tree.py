#!/usr/bin/env python3
# tree.py DIR [--no-nodes]: all entries below a folder, and the folder itself, a JSON line each: type, mode,
# owner, size, content, target, device, time, attributes, and which names are one file.
# tree.py --changes OLD NEW: what was added (A), changed (C), deleted (D), by comparing all of both.
import hashlib
import json
import os
import stat
import sys


def attributes(path):
    names = [n for n in os.listxattr(path, follow_symlinks=False) if ".overlay." not in n]
    return {n: os.getxattr(path, n, follow_symlinks=False).hex() for n in sorted(names)}


def content(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def entries(top):
    out = {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in folders + files:
            path = os.path.join(folder, name)
            out[os.path.relpath(path, os.fsencode(top))] = path
    return out


def describe(path):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    out = {"type": oct(kind), "mode": oct(stat.S_IMODE(status.st_mode)), "uid": status.st_uid,
           "gid": status.st_gid, "mtime": status.st_mtime_ns, "xattrs": attributes(path)}
    if kind == stat.S_IFREG:
        out.update(size=status.st_size, content=content(path))
    elif kind == stat.S_IFLNK:
        out.update(target=os.readlink(path).hex())
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        out.update(device=status.st_rdev)
    return out


def wanted(path, without_nodes):
    mode = os.lstat(path).st_mode
    return not (stat.S_ISSOCK(mode) or (without_nodes and (stat.S_ISCHR(mode) or stat.S_ISBLK(mode))))


def dump(top, without_nodes):
    found = {name: path for name, path in entries(top).items() if wanted(path, without_nodes)}
    found[b"."] = os.fsencode(top)
    names = {}
    for name, path in found.items():
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode):
            names.setdefault((status.st_dev, status.st_ino), []).append(name)
    for name in sorted(found):
        status = os.lstat(found[name])
        line = {"name": name.decode("latin-1")}
        line.update(describe(found[name]))
        same = names.get((status.st_dev, status.st_ino), [])
        line["one_with"] = sorted(other.decode("latin-1") for other in same) if len(same) > 1 else []
        print(json.dumps(line))


def changes(old, new):
    before, after = entries(old), entries(new)
    found = {}
    for name in set(before) | set(after):
        if name not in after:
            if os.path.dirname(name) == b"" or stat.S_ISDIR(mode_of(after, os.path.dirname(name))):
                found[name] = "D"
        elif name not in before:
            found[name] = "A"
        elif describe(before[name]) != describe(after[name]) or links(before[name]) != links(after[name]):
            found[name] = "C"
    for name in list(found):
        above = os.path.dirname(name)
        while above:
            if found.setdefault(above, "C") == "D":  # it goes with its folder
                found.pop(name)
                break
            above = os.path.dirname(above)
    for name in sorted(found, key=lambda path: path.split(b"/")):
        text = "/" + name.decode("utf-8", "surrogateescape")
        print(found[name], text if text.isprintable() else json.dumps(text))


def links(path):
    status = os.lstat(path)
    return 0 if stat.S_ISDIR(status.st_mode) else status.st_nlink


def mode_of(tree, name):
    return os.lstat(tree[name]).st_mode if name in tree else 0


if sys.argv[1] == "--changes":
    changes(sys.argv[2], sys.argv[3])
else:
    dump(sys.argv[1], "--no-nodes" in sys.argv[2:])
