"""Makes a small Debian root without a mirror: the files of this machine's own packages, those that `apt` and `bash` need.

usage: debian.py DIR NAME PACKAGE…: an image DIR:NAME, with a layer for each PACKAGE and what it needs that the ones before don't
"""

import os
import re
import sys
import tarfile

from images import Layer, Layout

ALWAYS = {"etc/passwd", "etc/group", "etc/debian_version"}
LEFT_OUT = re.compile("usr/share/(doc|man|locale|info|bash-completion)/")


def installed():
    """Each package's architecture and the names that it depends on."""
    with open("/var/lib/dpkg/status", encoding="utf-8") as file:
        for paragraph in file.read().split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", paragraph, re.MULTILINE))
            if fields.get("Status", "").endswith(" installed"):
                needs = ",".join(fields.get(name, "") for name in ("Depends", "Pre-Depends"))
                yield fields["Package"], (fields["Architecture"], re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]*)", needs))


def closure(name, packages, found):
    if name in packages and name not in found:
        found.append(name)
        for need in packages[name][1]:
            closure(need, packages, found)


def files_of(name, architecture):
    for listing in (f"/var/lib/dpkg/info/{name}.list", f"/var/lib/dpkg/info/{name}:{architecture}.list"):
        if os.path.exists(listing):
            with open(listing, encoding="utf-8") as file:
                return [line.strip("\n") for line in file if line.startswith("/") and line != "/.\n"]
    return []


def where(path):
    """Where it really is: /bin is a link to /usr/bin."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


class Root(Layer):
    """A layer of files of this machine, each with the folders above it, as tools that build images have it."""

    def __init__(self, seed):
        super().__init__(seed)
        self.folders = set()

    def take(self, path, done):
        path = where(path)
        name = path[1:]
        known = self.folders if os.path.isdir(path) and not os.path.islink(path) else done
        if name in known or not name or LEFT_OUT.match(name) or not os.path.lexists(path):
            return
        self.take(os.path.dirname(path), done)
        known.add(name)
        entry = self.tar.gettarinfo(path, name)
        entry.uname = entry.gname = ""
        if entry.isfile() or entry.islnk():
            entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", os.stat(path).st_size
            with open(path, "rb") as file:
                self.tar.addfile(entry, file)
        else:
            self.tar.addfile(entry)


def main(folder, image, *wanted):
    packages, found, done, layers = dict(installed()), [], set(), []
    for number, name in enumerate(wanted):
        before = len(found)
        closure(name, packages, found)
        layer = Root(seed=50 + number)
        if number == 0:
            for path in ("/bin", "/sbin", "/lib", "/lib64", *("/" + name for name in sorted(ALWAYS))):
                layer.take(path, done)
            for name in ("proc", "sys", "dev", "tmp", "root", "run"):
                layer.folder(name)
                layer.folders.add(name)
        for package in found[before:]:
            for path in files_of(package, packages[package][0]):
                layer.take(path, done)
        layers.append(layer.bytes())
    layout = Layout(folder)
    layout.tag(image, layout.image(layers, compression="fast", Env=["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], Cmd=["bash"]))


main(*sys.argv[1:])
