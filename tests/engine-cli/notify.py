"""notify.py ADDRESS: listens there as a service manager would, and prints a line for each datagram that it gets. Only then
does it close what came with it: a sender's barrier."""

import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if sys.argv[1].startswith("@"):
    listener.bind("\0" + sys.argv[1][1:])
else:
    listener.bind(sys.argv[1])
    os.chmod(sys.argv[1], 0o666)
print("listens", flush=True)
while True:
    text, parts, _, _ = listener.recvmsg(4096, socket.CMSG_SPACE(4))
    print(" ".join(text.decode().split()), flush=True)
    for _, _, descriptors in parts:
        os.close(int.from_bytes(descriptors[:4], sys.byteorder))
