"""Makes OCI image layouts, byte by byte: images as nobody's tool makes them, too.

usage: images.py DIR NAME [ARGUMENT…]: image NAME of the functions at the end, as DIR:NAME

What a layer holds is written as pax tar, with whatever names, owners, times and devices: none of it
is ever made on this machine, so no privilege is needed.
"""

import copy
import gzip
import hashlib
import io
import json
import os
import platform
import random
import subprocess
import sys
import tarfile
import tempfile

OCI = "application/vnd.oci.image."
TYPES = {"none": "", "gzip": "+gzip", "fast": "+gzip", "zstd": "+zstd"}
COMPRESS = {"none": bytes, "fast": lambda data: gzip.compress(data, 1, mtime=0),
            "gzip": lambda data: gzip.compress(data, 6, mtime=0),
            "zstd": lambda data: subprocess.run(["zstd", "-q", "-c"], input=data, check=True, stdout=subprocess.PIPE).stdout}


HOST = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}.get(platform.machine(), platform.machine())


class Layout:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder + "/blobs/sha256", exist_ok=True)
        with open(folder + "/oci-layout", "w", encoding="ascii") as file:
            file.write('{"imageLayoutVersion":"1.0.0"}')
        self.index = {"schemaVersion": 2, "manifests": []}
        if os.path.exists(folder + "/index.json"):
            with open(folder + "/index.json", encoding="utf-8") as file:
                self.index = json.load(file)

    def put(self, media_type, data, **more):
        """Stores a blob (bytes, or something for JSON); its descriptor."""
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        name = hashlib.sha256(data).hexdigest()
        with open(f"{self.folder}/blobs/sha256/{name}", "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": "sha256:" + name, "size": len(data), **more}

    def image(self, layers, architecture=HOST, variant="", system="linux", compression="gzip", **config):
        """Stores an image of tar archives; the descriptor of its manifest, with its platform."""
        built_for = {"architecture": architecture, "os": system}
        if variant:
            built_for["variant"] = variant
        document = {**built_for, "config": config, "rootfs": {"type": "layers", "diff_ids": [
            "sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]},
            "history": [{"created_by": f"layer {number}"} for number in range(len(layers))]}
        manifest = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                    "config": self.put(OCI + "config.v1+json", document),
                    "layers": [self.put(OCI + "layer.v1.tar" + TYPES[compression], COMPRESS[compression](layer))
                               for layer in layers]}
        return self.put(OCI + "manifest.v1+json", manifest, platform=built_for)

    def list(self, manifests):
        return self.put(OCI + "index.v1+json", {"schemaVersion": 2, "mediaType": OCI + "index.v1+json",
                                                "manifests": manifests})

    def tag(self, name, descriptor):
        entry = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
        self.index["manifests"].append(entry)
        with open(self.folder + "/index.json", "w", encoding="utf-8") as file:
            json.dump(self.index, file)


class Layer:
    """A tar archive in the making. Every entry has a time of its own, to the nanosecond."""

    def __init__(self, seed=1):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=tarfile.PAX_FORMAT)
        self.random = random.Random(seed)

    def add(self, name, kind=tarfile.REGTYPE, data=b"", mode=None, owner=(0, 0), mtime=None, link="", device=(0, 0),
            xattrs=None):
        entry = tarfile.TarInfo(name)
        entry.type, entry.size, entry.linkname = kind, len(data), link
        entry.mode = mode if mode is not None else 0o755 if kind == tarfile.DIRTYPE else 0o644
        entry.uid, entry.gid = owner
        entry.devmajor, entry.devminor = device
        mtime = mtime or f"{self.random.randrange(10**9, 2 * 10**9)}.{self.random.randrange(1, 10**9):09}"
        entry.pax_headers = {"mtime": mtime}
        for key, value in (xattrs or {}).items():
            entry.pax_headers["SCHILY.xattr." + key] = value.decode("utf-8", "surrogateescape")
        self.tar.addfile(entry, io.BytesIO(data))
        self.last = entry

    def folder(self, name, **more):
        self.add(name, tarfile.DIRTYPE, **more)

    def link(self, name, target, **more):
        self.add(name, tarfile.SYMTYPE, link=target, mode=0o777, **more)

    def hard_link(self, name, target):
        """Of the file added last, whose owner and times it has, too."""
        entry = copy.copy(self.last)
        entry.name, entry.type, entry.linkname, entry.size = name, tarfile.LNKTYPE, target, 0
        self.tar.addfile(entry)

    def sparse(self, name, size, form):
        """As GNU tar writes them: `form` is an option of its --format, with the version behind a colon."""
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/file", "wb") as file:
                for place in (size // 3, size // 2):
                    file.seek(place)
                    file.write(self.random.randbytes(5000))
                file.truncate(size)
            kind, _, version = form.partition(":")
            command = ["tar", "-cSb1", "--format=" + kind, "--owner=0", "--group=0", "--numeric-owner", "--mtime=@1500000000",
                       "--transform=s:.*:" + name + ":", "-C", folder, "file"]
            if version:
                command.insert(2, "--sparse-version=" + version)
            archive = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        archive = archive[:-1024]  # without its end
        self.tar.fileobj.write(archive)
        self.tar.offset += len(archive)

    def bytes(self):
        self.tar.close()
        return self.buffer.getvalue()


CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")  # cap_net_raw=ep
LONG = "long-" * 50 + "x"  # 251 bytes


def first_of_everything(rare):
    """Every kind of entry, with owners, modes, times and attributes of every kind."""
    layer = Layer(1)
    for name in ("etc", "dev", "data", "gone", "opaque", "opaque/inner", "becomes-file", "links"):
        layer.folder(name)
    layer.folder("tmp", mode=0o1777)
    layer.folder("private", mode=0o2710, owner=(1000, 3000000000))
    layer.folder("no-permissions", mode=0)
    layer.add("private/secret", data=b"x" * 70000, mode=0o600, owner=(4000000000, 2097152))
    layer.add("set-uid", data=b"#!/bin/sh\n", mode=0o4755)
    layer.add("set-gid", data=b"#!/bin/sh\n", mode=0o2755, owner=(0, 42))
    layer.add("empty")
    layer.add("capable", data=b"ping", mode=0o755, xattrs={"security.capability": CAPABILITY})
    layer.add("described", data=b"text", owner=(12, 34), xattrs={
        "user.mime_type": b"text/plain", "user.binary": bytes(range(1, 255)), "user.words": "grüße = 世界\n".encode()})
    layer.folder("described-folder", xattrs={"user.mime_type": b"inode/directory"})
    if rare:
        layer.add("old", data=b"before the epoch", mtime="-86400")
        layer.add("oldest", mtime="-2000000000")
    layer.add("epoch", mtime="0")
    layer.add("future", mtime="9000000000.999999999")
    layer.link("link", "no/such/target", owner=(7, 8), mtime="1111111111.111111111")
    layer.link("absolute", "/etc/passwd")
    layer.link("upwards", "../../../../../etc")
    layer.add("dev/null-like", tarfile.CHRTYPE, device=(1, 3), mode=0o666)
    layer.add("dev/large", tarfile.CHRTYPE, device=(300, 70000), mode=0o600, owner=(0, 5))
    layer.add("dev/block", tarfile.BLKTYPE, device=(7, 99), mode=0o660)
    layer.add("dev/fifo", tarfile.FIFOTYPE, mode=0o622)
    layer.folder("data/" + LONG)
    layer.folder(f"data/{LONG}/{LONG}")
    layer.add(f"data/{LONG}/{LONG}/{LONG}", data=b"deep")
    layer.link("data/long-link", "/".join([LONG] * 15))
    layer.add("data/übergröße 世界 🐋", data=b"unicode")
    layer.add("data/e\u0301 and \u00e9", data=b"two ways to write it")
    layer.add("data/ blank\tand\nnewline \\ \"'", data=b"odd")
    layer.add("data/-rf", data=b"an option?")
    layer.add("data/...", data=b"three dots")
    layer.add("links/first", data=b"one of three", owner=(1, 2), mode=0o640)
    layer.hard_link("links/second", "links/first")
    layer.hard_link("links/third", "./links/first")
    layer.add("links/pair", data=b"broken apart in the next layer")
    layer.hard_link("links/pair-too", "links/pair")
    layer.link("links/symbolic", "first")
    if rare:
        layer.hard_link("links/symbolic-too", "links/symbolic")
    for name in ("gone/file", "opaque/old", "opaque/inner/old", "becomes-file/inner", "removed", "becomes-folder", "replaced"):
        layer.add(name, data=b"of the first layer: " + name.encode())
    layer.link("link-becomes-folder", "etc")
    layer.link("link-becomes-file", "etc/kept")
    layer.add("etc/kept", data=b"kept")
    layer.add("etc/passwd", data=b"root:x:0:0:root:/root:/bin/sh\n")
    return layer.bytes()


def second_of_everything():
    """Changes names of the first in every way."""
    layer = Layer(2)
    layer.add(".wh.removed")
    layer.add(".wh.gone")
    layer.folder("opaque", mode=0o750)
    layer.add("opaque/.wh..wh..opq")
    layer.add("opaque/new", data=b"new")
    layer.add("becomes-file", data=b"now a file")
    layer.folder("becomes-folder")
    layer.add("becomes-folder/inner", data=b"inner")
    layer.add("replaced", data=b"of the second layer", mode=0o400, owner=(99, 98))
    layer.folder("link-becomes-folder")
    layer.add("link-becomes-folder/passwd", data=b"not the host's, and not etc's")
    layer.add("link-becomes-file", data=b"a file")
    layer.folder("links")
    layer.add("links/pair", data=b"apart")
    layer.folder("private", mode=0o700, owner=(5, 5))
    layer.add("set-uid", data=b"#!/bin/sh\n", mode=0o755)
    layer.add("capable", data=b"ping", mode=0o755)
    layer.folder("etc", mode=0o711, xattrs={"user.layer": b"second"})
    return layer.bytes()


def third_of_everything():
    """Brings back what was removed, and removes what was brought."""
    layer = Layer(3)
    layer.folder("gone")
    layer.add("gone/again", data=b"again")
    layer.add("removed", data=b"again, as another")
    layer.folder("becomes-folder")
    layer.add("becomes-folder/.wh.inner")
    layer.folder("opaque", mode=0o755)
    layer.folder("opaque/inner")
    layer.add("opaque/inner/third", data=b"third")
    layer.add("replaced", data=b"of the third layer", mode=0o604)
    return layer.bytes()


def everything(layout, name="everything", compression="gzip"):
    """As "common" it is without what podman changes: times before 1970, hard links to symbolic ones."""
    layers = [first_of_everything(name != "common"), second_of_everything(), third_of_everything(), Layer().bytes()]
    layout.tag(name, layout.image(layers, compression=compression, Env=["PATH=/bin"], Cmd=["/bin/sh"]))


def sparse(layout, which="all"):
    """The ways in which GNU tar writes files with holes; umoci doesn't know the oldest."""
    layer = Layer(40)
    for name, megabytes, form in (("pax-0", 3, "posix:0.1"), ("pax-1", 30, "posix:1.0"), ("gnu", 20, "gnu")):
        if which in (name, "all"):
            layer.sparse(name, megabytes << 20, form)
    layout.tag("sparse-" + which, layout.image([layer.bytes()]))


def implicit(layout):
    """An upper layer that has a file and not the folders above it: those stay the lower layer's."""
    lower, upper = Layer(4), Layer(5)
    lower.folder("var", mode=0o711, owner=(3, 4))
    lower.folder("var/lib", mode=0o2750, owner=(5, 6), xattrs={"user.kept": b"yes"})
    lower.add("var/lib/old", data=b"old")
    upper.add("var/lib/new", data=b"new")
    layout.tag("implicit", layout.image([lower.bytes(), upper.bytes()]))


def rootfs(seed, **files):
    """A root with the static busybox, and files whose content is their argument."""
    layer = Layer(seed)
    for name in ("bin", "etc", "proc", "sys", "dev", "tmp"):
        layer.folder(name)
    busybox = subprocess.run(["sh", "-c", "command -v busybox"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with open(busybox, "rb") as file:
        layer.add("bin/busybox", data=file.read(), mode=0o755)
    for applet in ("sh", "cat", "echo", "true", "sleep", "ls", "id"):
        layer.link("bin/" + applet, "busybox")
    layer.add("etc/passwd", data=b"root:x:0:0:root:/root:/bin/sh\n")
    for name, content in files.items():
        layer.add("etc/" + name, data=content.encode())
    return layer.bytes()


def small(layout, name="small", text="small", compression="gzip", *rest):
    """busybox in a layer, a file in a second: /etc/greeting has `text`."""
    upper = Layer(6)
    upper.folder("etc")
    upper.add("etc/greeting", data=(text + "\n").encode())
    layout.tag(name, layout.image([rootfs(7), upper.bytes()], compression=compression, Cmd=["/bin/cat", "/etc/greeting"],
                                  Env=["PATH=/bin"]))


def sizeable(layout, megabytes="4"):
    """Two layers of random bytes, which don't compress, and a few small ones."""
    layers = [rootfs(8)]
    for number in range(2):
        layer = Layer(9 + number)
        for part in range(4):
            layer.add(f"random-{number}-{part}", data=layer.random.randbytes(int(megabytes) << 18))
        layers.append(layer.bytes())
    layout.tag("sizeable", layout.image(layers, Cmd=["/bin/true"], Env=["PATH=/bin"]))


def foreign(architecture, variant="", system="linux"):
    layer = Layer(20)
    layer.folder("etc")
    layer.add("etc/platform", data="/".join(filter(None, (system, architecture, variant))).encode() + b"\n")
    return {"layers": [layer.bytes()], "architecture": architecture, "variant": variant, "system": system}


def platforms(layout):
    """An index as they are found on registries: several variants, Windows, and attestations, which are no platform."""
    entries = [layout.image(**foreign(*which)) for which in
               (("arm", "v6"), ("arm", "v7"), ("s390x",), (HOST, "", "windows"), ("arm64", "v8"), ("amd64",))]
    attestation = layout.put(OCI + "manifest.v1+json", {
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
        "config": layout.put(OCI + "config.v1+json", {"architecture": "unknown", "os": "unknown", "config": {},
                                                      "rootfs": {"type": "layers", "diff_ids": []}}),
        "layers": [layout.put("application/vnd.in-toto+json", b"{}")]})
    attestation["platform"] = {"architecture": "unknown", "os": "unknown"}
    attestation["annotations"] = {"vnd.docker.reference.type": "attestation-manifest",
                                  "vnd.docker.reference.digest": entries[0]["digest"]}
    layout.tag("platforms", layout.list([attestation] + entries))
    layout.tag("nested", layout.list([layout.list(entries[:3]), layout.list(entries[3:])]))
    layout.tag("elsewhere", layout.list(entries[:4]))


def artifact(layout):
    """What is no image: a manifest whose layer is a text."""
    layout.tag("artifact", layout.put(OCI + "manifest.v1+json", {
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
        "config": layout.put("application/vnd.example.settings.v1+json", b"{}"),
        "layers": [layout.put("text/plain", b"no archive")]}))


def wrong_diff_id(layout):
    """The config says that the layer's archive has another digest than it has."""
    entry = layout.image([rootfs(30)])
    with open(f"{layout.folder}/blobs/sha256/{entry['digest'][7:]}", encoding="utf-8") as file:
        manifest = json.load(file)
    with open(f"{layout.folder}/blobs/sha256/{manifest['config']['digest'][7:]}", encoding="utf-8") as file:
        config = json.load(file)
    config["rootfs"]["diff_ids"] = ["sha256:" + hashlib.sha256(b"another").hexdigest()]
    manifest["config"] = layout.put(OCI + "config.v1+json", config)
    layout.tag("wrong_diff_id", layout.put(OCI + "manifest.v1+json", manifest))


if __name__ == "__main__":
    globals()[sys.argv[2]](Layout(sys.argv[1]), *sys.argv[3:])
