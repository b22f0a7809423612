"""Says everything about the files below a folder, a line for each, so that diff(1) compares two trees.

usage: entries.py [--mine|--merged] DIR

name, kind, mode, owner, time to the nanosecond, then what the kind has: size and SHA-256 of the content, target, device
number; the names of the same file (hard links) and the number of its links, which tells of names elsewhere; its
extended attributes. --mine: without what an ordinary user can't give a file (owners, security.* attributes, devices). --merged: without numbers
of links, which an overlay takes from its layers.
The folder itself is left out: an archive need not have an entry for it.
"""

import hashlib
import json
import os
import stat
import sys

mine = sys.argv[1] == "--mine"
merged = sys.argv[1] == "--merged"
top = os.fsencode(sys.argv[-1])
UMOCI = "user.rootlesscontainers"  # what umoci notes for itself
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFCHR: "character",
         stat.S_IFBLK: "block", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


def every_path(folder):
    if not os.access(folder, os.R_OK | os.X_OK):
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        yield entry.path
        if entry.is_dir(follow_symlinks=False):
            yield from every_path(entry.path)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def attributes(path):
    names = os.listxattr(path, follow_symlinks=False)
    return {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in sorted(names)
            if name.startswith("user." if mine else ("user.", "security.capability", "trusted.")) and name != UMOCI}


def describe(path, status, names):
    shown = {"name": path[len(top) + 1:].decode("utf-8", "backslashreplace"), "kind": KINDS[stat.S_IFMT(status.st_mode)],
             "mode": oct(stat.S_IMODE(status.st_mode)), "time": status.st_mtime_ns}
    if not mine:
        shown["owner"] = f"{status.st_uid}:{status.st_gid}"
    if shown["kind"] == "file":
        shown["size"], shown["sha256"] = status.st_size, digest(path)
    elif shown["kind"] == "link":
        shown["target"] = os.readlink(path).decode("utf-8", "backslashreplace")
    elif shown["kind"] in ("character", "block"):
        if mine:
            return None
        shown["device"] = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    if shown["kind"] != "folder" and status.st_nlink > 1 and not merged:
        shown["links"], shown["first name"] = status.st_nlink, names[0][len(top) + 1:].decode("utf-8", "backslashreplace")
    shown["attributes"] = attributes(path)
    return shown


statuses = {path: os.lstat(path) for path in every_path(top)}
names_of = {}
for path, status in statuses.items():
    names_of.setdefault((status.st_dev, status.st_ino), []).append(path)
for path, status in statuses.items():
    line = describe(path, status, names_of[status.st_dev, status.st_ino])
    if line:
        print(json.dumps(line, ensure_ascii=False))
