"""receive.py SOCKET TEXT: waits on SOCKET for a terminal, types TEXT, and prints the socket's message and all that it shows."""

import array
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(sys.argv[1]))  # an address has room for 108 bytes only
listener.bind(os.path.basename(sys.argv[1]))
listener.listen(1)
connection, _ = listener.accept()
text, parts, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
master = array.array("i", parts[0][2])[0]
print(text.decode(), os.isatty(master), flush=True)
os.write(master, sys.argv[2].encode())
try:
    while data := os.read(master, 4096):
        sys.stdout.write(data.decode())
        sys.stdout.flush()
except OSError:  # nobody holds the other end any more
    pass
