#!/usr/bin/env python3
# change.py DIR [--user]: changes of every kind in a merged tree made of busybox's image. --user: without
# what an ordinary user can't do.
import os
import socket
import subprocess
import sys

top = sys.argv[1]
user = "--user" in sys.argv[2:]
os.umask(0)


def at(name):
    return os.path.join(os.fsencode(top), os.fsencode(name))


def write(name, text, mode=0o644):
    with open(at(name), "wb") as file:
        file.write(text)
    os.chmod(at(name), mode)


# Deleted: a file, a link, a folder; a folder deleted and made anew (opaque).
os.remove(at("etc/group"))
os.remove(at("bin/ls"))
subprocess.run(["rm", "-r", at("var/log"), at("usr/sbin")], check=True)
os.mkdir(at("usr/sbin"), 0o755)
write("usr/sbin/awk", b"not busybox's")
# Types that change.
os.rmdir(at("home"))
write("home", b"a file now")
os.remove(at("bin/cat"))
os.mkdir(at("bin/cat"), 0o700)
write("bin/cat/inner", b"in a folder that was a link")
os.remove(at("etc/passwd"))
os.symlink("/nowhere", at("etc/passwd"))
# A mode only, of a folder and of a file; a time only.
os.chmod(at("root"), 0o511)
os.chmod(at("bin/busybox"), 0o755)
os.utime(at("sys"), ns=(0, 1234567890123456789))
# New: each kind, with times before 1970 and after 2038, and with fractions.
os.makedirs(at("new/deep/down"))
write("new/deep/down/file", b"x" * 100000)
write("new/set-uid", b"", 0o6755)
os.utime(at("new/set-uid"), ns=(0, -5 * 10**9))
write("new/late", b"late")
os.utime(at("new/late"), ns=(0, 5 * 10**18 + 1))
os.mkfifo(at("new/pipe"), 0o640)
os.symlink("l" * 300, at("new/long-link"))
os.link(at("new/late"), at("new/also-late"))
os.link(at("new/late"), at("tmp/late-elsewhere"))
os.link(at("new/long-link"), at("new/same-link"))
os.link(at("bin/busybox"), at("bin/busybox2"))
write("new/" + "n" * 255, b"the longest name")
write("new/empty", b"")
os.setxattr(at("new/empty"), "user.test", b"a\0b\n=\xff")
os.setxattr(at("new/deep"), "user.folder", b"")
socket.socket(socket.AF_UNIX).bind(os.path.join(os.fsencode(os.path.relpath(top)), b"tmp/sock"))
# Names that are no plain text.
for name in [b"line\nfeed", b"\x1b[2Jclear", b"\xff\xfe", "é".encode(), "e\u0301".encode(), b" ", b"-rf", b"a\\b\"c",
             b".wh", b"wh.x", b"*"]:
    write(b"tmp/" + name, b"named")
os.mkdir(at(b"tmp/\n"), 0o755)
write(b"tmp/\n/\t", b"below")
if not user:
    os.chown(at("new/deep/down/file"), 1234, 3000000000)
    os.chown(at("tmp"), 77, 88)
    os.chown(at("new/long-link"), 5, 6, follow_symlinks=False)
    os.mknod(at("dev/zero2"), 0o020666, os.makedev(1, 5))
    os.mknod(at("dev/loop77"), 0o060660, os.makedev(7, 77))
    os.setxattr(at("new/late"), "trusted.test", b"administrator's")
    os.setxattr(at("new/pipe"), "trusted.on-a-pipe", b"1")
    os.setxattr(at("new/set-uid"), "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
