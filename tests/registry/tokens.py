"""A token server, as a registry's bearer challenge names it (distribution's docs/spec/auth/token.md).

usage: tokens.py PORT-FILE LOG KEY CERTIFICATE SECONDS [USER:PASSWORD]

Whoever asks without a password may pull; the user may push, too; a wrong password is a 401. A token is a
JWT, signed (RS256) with KEY, which the registry trusts by CERTIFICATE; it is good for SECONDS. PORT-FILE gets the
port on 127.0.0.1, LOG a line of JSON for each request.
"""

import base64
import json
import os
import secrets
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

port_file, log, key, certificate, seconds = sys.argv[1:6]
user = sys.argv[6] if len(sys.argv) > 6 else None


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def der():
    with open(certificate, encoding="ascii") as file:
        return "".join(line.strip() for line in file if "-----" not in line)


def sign(claims):
    header = {"typ": "JWT", "alg": "RS256", "x5c": [der()]}
    body = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=body.encode(), check=True,
                               stdout=subprocess.PIPE).stdout
    return body + "." + encode(signature)


def allowed(scope, is_user):
    """What is granted of "repository:NAME:pull,push"; NAME may have a colon, as a port has."""
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    granted = [action for action in actions.split(",") if is_user or action == "pull"]
    return {"type": kind, "name": name, "actions": granted}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query)
        given = self.headers.get("Authorization", "")
        name = base64.b64decode(given[6:]).decode() if given.startswith("Basic ") else ""
        status = 200 if not given or name == user else 401
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps({"path": self.path, "user": name.partition(":")[0], "status": status}) + "\n")
        if status == 401:
            self.reply(status, {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]})
            return
        now = int(time.time())
        scopes = [scope for words in asked.get("scope", []) for scope in words.split()]
        token = sign({"iss": "lockstep-tests", "sub": name.partition(":")[0], "aud": asked.get("service", [""])[0],
                      "nbf": now - 5, "iat": now, "exp": now + int(seconds), "jti": secrets.token_hex(8),
                      "access": [allowed(scope, bool(name)) for scope in scopes]})
        self.reply(200, {"token": token, "access_token": token, "expires_in": int(seconds)})

    def reply(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
