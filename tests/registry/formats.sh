#!/bin/bash
# The ways in which images are written: Docker's schema 2 and its lists, layers in zstd and in nothing, the empty one, schema 1, which is refused.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need zstd
cd "$temporary"
registry plain

put() {  # MEDIA-TYPE REPOSITORY:TAG, from standard input
  curl -sf -X PUT -H "Content-Type: $1" --data-binary @- "http://$host/v2/${2%:*}/manifests/${2##*:}" || fail "the registry does not take $2"
}

make_image small
fill small "$host/test/docker:v1" --format v2s2
skopeo inspect --raw --tls-verify=false "docker://$host/test/docker:v1" | grep -q docker.distribution.manifest.v2 || fail "not Docker's format"
front counted "$host" pass
digest=$(digest_at "${at[plain]}/test/docker:v1")
for reference in "$host/test/docker:v1" "$host/test/docker@$digest"; do
  pulls "$reference"
  has_greeting "$reference" small
  pulls "$reference"
done
[[ $(requests counted "$blobs") == 3 ]] || fail "schema 2: $(requests counted "$blobs") requests for three blobs"
# The store is a layout for others to read, too: with OCI's media types.
for reference in "$host/test/docker:v1" "$host/test/docker@$digest"; do
  skopeo copy -q "oci:$LOCKSTEP_STORE:$reference" oci:docker:v1 || fail "skopeo can't read $reference"
  umoci unpack --rootless --image docker:v1 "docker-${reference//[^a-z0-9]/-}" 2> "$said/umoci" || fail "umoci can't unpack $reference: $(< "$said/umoci")"
done
host=${at[plain]}

# Docker's list of manifests.
skopeo inspect --raw --tls-verify=false "docker://$host/test/docker:v1" > manifest.json
machine=$(skopeo inspect --tls-verify=false "docker://$host/test/docker:v1" | jq -r .Architecture)
jq -n --arg digest "sha256:$(sha256sum < manifest.json | cut -d' ' -f1)" --argjson size "$(stat -c %s manifest.json)" --arg machine "$machine" \
  '{schemaVersion: 2, mediaType: "application/vnd.docker.distribution.manifest.list.v2+json", manifests: [
    {mediaType: "application/vnd.docker.distribution.manifest.v2+json", $digest, $size, platform: {architecture: $machine, os: "linux"}}]}' |
  put application/vnd.docker.distribution.manifest.list.v2+json test/docker:list
fresh_store
pulls "$host/test/docker:list"
has_greeting "$host/test/docker:list" small

# Compressed by zstd, and not at all: what they unpack to is the same, and so are the layers' folders.
fresh_store
for compression in zstd none; do
  name=$host/test/compressed:$compression
  make_image small "$compression" small "$compression"
  fill_as_it_is "$compression" "$name"
  suffix=+$compression
  skopeo inspect --raw --tls-verify=false "docker://$name" | grep -qF "tar${suffix#+none}\"" || fail "the registry doesn't have it in $compression"
  pulls "$name"
  has_greeting "$name" small
done
[[ $(find "$LOCKSTEP_STORE/layers/sha256" -mindepth 1 -maxdepth 1 | wc -l) == 2 ]] || fail "layers are not shared"
# The same layer twice, one without an entry; Docker's "empty layer".
make_image everything
fill everything "$host/test/everything:v1"
pulls "$host/test/everything:v1"
python3 - "$here" "$layout" <<'MAKE'
import sys
sys.path.insert(0, sys.argv[1])
from images import Layer, Layout, rootfs
layout, again = Layout(sys.argv[2]), Layer(60)
again.add("again", data=b"again")
again = again.bytes()
layout.tag("twice", layout.image([rootfs(61), again, again, Layer().bytes(), again]))
MAKE
fill twice "$host/test/twice:v1"
fresh_store
pulls "$host/test/twice:v1"
rm -rf out
succeeds "$fetch" export "$host/test/twice:v1" out
[[ $(< out/again) == again ]] || fail "a layer that is there three times"

# Schema 1: refused with a sentence.
cat > one.json <<ONE
{ "schemaVersion": 1, "name": "test/one", "tag": "v1", "architecture": "amd64", "fsLayers": [], "history": [], "signatures": [] }
ONE
cat > lie.py <<'SERVE'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = open("one.json", "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_HEAD = do_GET
    def log_message(self, *arguments): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], file=open("one.port", "w"), flush=True)
server.serve_forever()
SERVE
serve one python3 lie.py
listening one cat one.port 2> /dev/null
fresh_store
denies "schema 1" "$fetch" "$host/test/one:v1"
store_is_empty "schema 1"
finish
