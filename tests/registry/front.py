"""Stands in front of a registry and passes requests on to it, or misbehaves.

usage: front.py PORT-FILE LOG HOST:PORT BEHAVIOUR [ARGUMENT…]

BEHAVIOUR is one of the functions below that end in "_it". PORT-FILE gets the port on 127.0.0.1; LOG gets a line of JSON for
each request: method, path, its Range, the scheme of its Authorization, its Host, the status of the answer, and how many bytes of it
went out. With FRONT_TLS=NAME it speaks TLS, with NAME.crt and NAME.key. It also is a proxy, for who sends whole addresses; whatever their host is, the registry gets them.
"""

import http.client
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

port_file, log, upstream, behaviour, *arguments = sys.argv[1:]
lock = threading.Lock()
counts = {}


def count(key):
    """How many times it was called for this key before."""
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key] - 1


class Answer:
    """What the client gets: `body`, of which `sent` bytes (None: all) go out before the connection is cut."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.sent = None
        self.pace = None  # bytes a second
        self.endless = False

    def header(self, name, value):
        """Sets it, or removes it."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def with_body(self, body):
        self.body = body
        self.header("Content-Length", str(len(body)))


def error(status, **headers):
    answer = Answer(status, [("Content-Type", "application/json")] + [(name.replace("_", "-"), value) for name, value in headers.items()], b"")
    answer.with_body(b'{"errors":[{"code":"UNKNOWN","message":"the front says so"}]}')
    return answer


def is_blob(request):
    return "/blobs/sha256:" in request.path and request.command == "GET"


def is_manifest(request):
    return "/manifests/" in request.path and request.command == "GET"


# Behaviours: request -> Answer. `request.ask()` is the registry's own.


def pass_it(request):
    """Only counts."""
    return request.ask()


def position(answer):
    """Where in the whole blob this answer begins, and how long the whole is."""
    for name, value in answer.headers:
        if name.lower() == "content-range":
            place, _, whole = value.split()[1].partition("/")
            return int(place.partition("-")[0]), int(whole)
    return 0, len(answer.body)


def cut_it(request):
    """Cuts the connection at the next tenth of a blob: ten requests get it all."""
    answer = request.ask()
    start, whole = position(answer)
    if is_blob(request) and answer.status in (200, 206) and whole >= 10000:
        tenth = -(-whole // 10)
        answer.sent = (start // tenth + 1) * tenth - start
    return answer


def cut_once_it(request, percent):
    """Cuts the first request for each blob there, and knows no ranges: the second gets it from the beginning."""
    del request.headers["Range"]
    answer = request.ask()
    answer.header("Accept-Ranges", None)
    if is_blob(request) and count(request.path) == 0:
        answer.sent = len(answer.body) * int(percent) // 100
    return answer


def cut_always_it(request, percent):
    """Cuts each request at the same place, and knows no ranges: it can't be had."""
    del request.headers["Range"]
    answer = request.ask()
    if is_blob(request):
        answer.sent = len(answer.body) * int(percent) // 100
    return answer


def wrong_range_it(request):
    """Cuts the first, and answers the second with another part than was asked for."""
    first = is_blob(request) and count(request.path) == 0
    if is_blob(request) and "Range" in request.headers:
        del request.headers["Range"]
        request.headers["Range"] = "bytes=0-"
    answer = request.ask()
    if first:
        answer.sent = len(answer.body) // 2
    return answer


def busy_it(request, times, wait="1"):
    """Each address is refused that many times, with 429 and 503 by turns."""
    before = count((request.command, request.path))
    if before < int(times):
        return error(503 if before % 2 else 429, Retry_After=wait)
    return request.ask()


def broken_it(request, status):
    """Always that status."""
    return error(int(status))


def redirect_it(request, host):
    """Blobs are elsewhere, as most registries have it."""
    if is_blob(request):
        return error(307, Location=f"http://{host}{request.path}?signature=abc%2Fdef")
    return request.ask()


def circle_it(request):
    """Blobs are where they are."""
    return error(307, Location=request.path) if is_blob(request) else request.ask()


def downgrade_it(request, location):
    """Blobs are at an address of another kind."""
    return error(307, Location=location) if is_blob(request) else request.ask()


def slow_it(request, pace):
    """That many bytes of a blob a second."""
    answer = request.ask()
    if is_blob(request):
        answer.pace = int(pace)
    return answer


def silent_it(request):
    """No answer to anything."""
    time.sleep(3600)
    return request.ask()


def flip(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]


def lie_it(request, kind):
    """One of many lies."""
    answer = request.ask()
    blob, manifest = is_blob(request) and answer.status == 200, is_manifest(request) and answer.status == 200
    if kind == "flipped" and blob:
        answer.body = flip(answer.body)
    elif kind == "truncated" and blob:
        answer.with_body(answer.body[:-1000])
    elif kind == "longer" and blob:
        answer.with_body(answer.body + b"more")
    elif kind == "empty" and blob:
        answer.with_body(b"")
    elif kind == "endless" and blob:
        answer.header("Content-Length", None)
        answer.endless = True
    elif kind == "no-length" and (blob or manifest):  # no lie: the connection's end is the answer's
        answer.header("Content-Length", None)
    elif kind == "content-length" and blob:
        answer.header("Content-Length", str(len(answer.body) + 1000))
    elif kind == "digest" and manifest:
        answer.header("Docker-Content-Digest", "sha256:" + "0" * 64)
    elif kind == "manifest" and manifest:
        answer.with_body(answer.body + b"\n")
    elif kind == "portal" and manifest:
        answer.header("Content-Type", "text/html")
        answer.header("Docker-Content-Digest", None)
        answer.with_body(b"<!DOCTYPE html><title>Please log in</title>")
    elif kind == "huge-manifest" and manifest:
        answer.header("Content-Length", None)
        answer.body, answer.endless = b" " * 65536, True
    elif kind == "partial" and blob:  # says that it is a part, and was not asked for one
        answer.status = 206
        answer.header("Content-Range", f"bytes 0-{len(answer.body) - 1}/{len(answer.body)}")
    return answer


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def ask(self):
        """The registry's answer to this request."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else self.chunks() if "Transfer-Encoding" in self.headers else None
        self.consumed = True
        connection = http.client.HTTPConnection(upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "proxy-connection", "transfer-encoding", "expect", "content-length"):
                connection.putheader(name, value)
        if body is not None or self.command in ("PUT", "POST", "PATCH"):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        reply = connection.getresponse()
        headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in ("connection", "transfer-encoding")]
        answer = Answer(reply.status, headers, reply.read())
        connection.close()
        if self.command != "HEAD":
            answer.header("Content-Length", str(len(answer.body)))
        return answer

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def serve(self):
        if self.path.startswith("http://"):
            address = urlsplit(self.path)
            self.path = address.path + ("?" + address.query if address.query else "")
        self.consumed, self.sent, asked_range, status = False, 0, self.headers.get("Range"), 0
        try:
            answer = globals()[behaviour.replace("-", "_") + "_it"](self, *arguments)
            status = answer.status
            self.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            self.sent = min(self.sent, self.acknowledged())
        finally:
            entry = {"method": self.command, "path": self.path, "range": asked_range, "status": status, "sent": self.sent,
                     "authorization": self.headers.get("Authorization", "").partition(" ")[0], "host": self.headers.get("Host")}
            with lock, open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    def acknowledged(self):
        """Bytes that the client's kernel has taken: after its end a socket may swallow hundreds of megabytes more."""
        info = self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
        return struct.unpack_from("Q", info, 120)[0]  # tcpi_bytes_acked

    def send(self, answer):
        has_length = any(name.lower() == "content-length" for name, _ in answer.headers)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        cut = answer.sent is not None and answer.sent < len(answer.body)
        if cut or not has_length or not self.consumed:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        body = memoryview(answer.body)[:answer.sent]
        step = 65536 if answer.pace is None else max(1, answer.pace // 20)
        while self.sent < len(body):
            self.wfile.write(body[self.sent:self.sent + step])
            self.sent += len(body[self.sent:self.sent + step])
            if answer.pace is not None:
                time.sleep(0.05)
        while answer.endless:
            self.wfile.write(bytes(body[:65536]))
            self.sent += 65536
        if cut:
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_CONNECT(self):  # what a proxy is asked for TLS
        self.send_error(403)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Front)
if "FRONT_TLS" in os.environ:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["FRONT_TLS"] + ".crt", os.environ["FRONT_TLS"] + ".key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(port_file + ".new", "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
