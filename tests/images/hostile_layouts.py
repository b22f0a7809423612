#!/usr/bin/env python3
"""hostile_layouts.py DIR: OCI image layouts as no sane tool writes them, a folder each, below DIR. Prints a line for
each: its name, and the words that refuse it (a tab between)."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

top = sys.argv[1]
CONFIG = 'application/vnd.oci.image.config.v1+json'
LAYER = 'application/vnd.oci.image.layer.v1.tar'
MANIFEST = 'application/vnd.oci.image.manifest.v1+json'


def sha256(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def entry(name, content=b'', **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def tar_of(*entries, pax=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.PAX_FORMAT) as tar:
        for info, content in entries:
            if pax:
                info.pax_headers = pax
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


class Layout:
    def __init__(self, name, refusal):
        self.folder = os.path.join(top, name)
        os.makedirs(self.folder + '/blobs/sha256')
        self.write('oci-layout', b'{"imageLayoutVersion":"1.0.0"}')
        print(name, refusal, sep='\t')

    def write(self, path, data):
        with open(os.path.join(self.folder, path), 'wb') as file:
            file.write(data)

    def path_of(self, digest):
        return os.path.join(self.folder, 'blobs/sha256', digest.split(':')[1])

    def put(self, data, media_type):
        digest = sha256(data)
        self.write('blobs/sha256/' + digest.split(':')[1], data)
        return {'mediaType': media_type, 'digest': digest, 'size': len(data)}

    def put_file(self, path, media_type):
        digest = 'sha256:' + subprocess.check_output(['sha256sum', path], text=True).split()[0]
        os.rename(path, self.path_of(digest))
        return {'mediaType': media_type, 'digest': digest, 'size': os.path.getsize(self.path_of(digest))}

    def image(self, layers, diff_ids, **changes):
        config = {'architecture': 'amd64', 'os': 'linux', 'rootfs': {'type': 'layers', 'diff_ids': diff_ids}}
        manifest = {'schemaVersion': 2, 'config': self.put(json.dumps(config).encode(), CONFIG), 'layers': layers}
        manifest.update(changes)
        return self.index(self.put(json.dumps(manifest).encode(), MANIFEST))

    def index(self, descriptor):
        descriptor = dict(descriptor, annotations={'org.opencontainers.image.ref.name': 'evil'})
        self.write('index.json', json.dumps({'schemaVersion': 2, 'manifests': [descriptor]}).encode())
        return descriptor


def plain(name, refusal, *entries, pax=None):
    layout = Layout(name, refusal)
    tar = tar_of(*entries, pax=pax)
    layout.image([layout.put(tar, LAYER)], [sha256(tar)])


OUTSIDE = os.path.join(top, 'outside')
plain('dots', 'has a ".."', entry('a/../../../victim', b'x'))
plain('absolute', 'is an absolute path', entry(OUTSIDE + '/victim', b'x'))
plain('link', 'lies below the symbolic link', entry('out', type=tarfile.SYMTYPE, linkname=OUTSIDE),
      entry('out/victim', b'x'))
plain('hard-link', 'is an absolute path', entry('h', type=tarfile.LNKTYPE, linkname=OUTSIDE + '/victim'))
plain('hard-link-behind', 'lies below the symbolic link', entry('out', type=tarfile.SYMTYPE, linkname=OUTSIDE),
      entry('h', type=tarfile.LNKTYPE, linkname='out/victim'))
plain('twice', 'stands in the layer twice', entry('f', b'x'), entry('f', b'y'))
plain('file-over-folder', 'stands in the layer twice', entry('f', type=tarfile.DIRTYPE), entry('f', b'y'))
plain('below-a-file', 'lies below the file', entry('f', b'x'), entry('f/g', b'y'))
plain('whiteout-node', 'means something else to overlayfs', entry('n', type=tarfile.CHRTYPE))
plain('endless-file', 'unpacks to more than', entry('s', b'x'),
      pax={'GNU.sparse.major': '0', 'GNU.sparse.minor': '1', 'GNU.sparse.name': 's',
           'GNU.sparse.size': str(2**62), 'GNU.sparse.numblocks': '1', 'GNU.sparse.map': '0,1'})


def bomb(name, packer, kind):
    layout = Layout(name, 'unpacks to more than')
    blob = os.path.join(layout.folder, 'blob')
    with open(blob, 'wb') as out:
        packed = subprocess.Popen(packer, stdin=subprocess.PIPE, stdout=out)
        info = tarfile.TarInfo('zeros')
        info.size = 1 << 30
        digest = hashlib.sha256()
        for piece in [info.tobuf()] + [bytes(1 << 20)] * 1024 + [bytes(10240)]:
            digest.update(piece)
            packed.stdin.write(piece)
        packed.stdin.close()
        packed.wait()
    layout.image([layout.put_file(blob, LAYER + kind)], ['sha256:' + digest.hexdigest()])


bomb('gzip-bomb', ['gzip', '-1'], '+gzip')
bomb('zstd-bomb', ['zstd', '-q'], '+zstd')

fine = tar_of(entry('file', bytes(range(256)) * 4096))
packed = gzip.compress(fine, mtime=0)
half = packed[:len(packed) // 2]
layout = Layout('cut', 'the compressed data end too early')
layout.image([layout.put(half, LAYER + '+gzip')], [sha256(fine)])
flipped = bytearray(packed)
flipped[len(flipped) - 6] ^= 1  # in the checksum
layout = Layout('flipped', 'the layer sha256:')
layout.image([layout.put(bytes(flipped), LAYER + '+gzip')], [sha256(fine)])
layout = Layout('half-a-tar', 'the layer sha256:')
layout.image([layout.put(fine[:3000], LAYER)], [sha256(fine[:3000])])
layout = Layout('other-content', 'is damaged: its content has the digest')
descriptor = layout.put(fine, LAYER)
layout.image([descriptor], [sha256(fine)])
with open(layout.path_of(descriptor['digest']), 'r+b') as file:
    file.seek(700)
    file.write(b'x')
layout = Layout('wrong-length', 'bytes long, and should be')
layout.image([dict(layout.put(fine, LAYER), size=5)], [sha256(fine)])
layout = Layout('lying-diff-id', "and the image's config says")
layout.image([layout.put(packed, LAYER + '+gzip')], [sha256(b'lie')])
layout = Layout('too-few-diff-ids', '1 layers in the manifest, 0 in the config')
layout.image([layout.put(fine, LAYER)], [])
layout = Layout('unknown-layer', "can't be unpacked")
layout.image([layout.put(fine, 'application/x-something')], [sha256(fine)])
layout = Layout('no-blob', 'has no blob')
layout.image([{'mediaType': LAYER, 'digest': sha256(b'gone'), 'size': 4}], [sha256(fine)])
layout = Layout('pipe', 'has no blob')
descriptor = layout.put(fine, LAYER)
layout.image([descriptor], [sha256(fine)])
os.remove(layout.path_of(descriptor['digest']))
os.mkfifo(layout.path_of(descriptor['digest']))

layout = Layout('huge-manifest', 'at most 4.2 MB are read')
with open(layout.folder + '/blob', 'wb') as file:
    file.truncate(1 << 30)
layout.index(layout.put_file(layout.folder + '/blob', MANIFEST))
layout = Layout('huge-config', 'at most 4.2 MB are read')
with open(layout.folder + '/blob', 'wb') as file:
    file.truncate(1 << 30)
layout.image([], [], config=layout.put_file(layout.folder + '/blob', CONFIG))
for name, text, refusal in [
        ('deep-manifest', b'[' * 100000, 'the manifest sha256:'),
        ('no-json', b'\x00\x01', 'the manifest sha256:'),
        ('empty-manifest', b'', 'the manifest sha256:'),
        ('no-object', b'[]', 'the manifest sha256:'),
        ('path-as-digest', b'{"config":{"mediaType":"x","digest":"sha256:../../x","size":1}}', 'digest: expected'),
        ('negative-size', b'{"config":{"mediaType":"x","digest":"' + sha256(b'').encode() + b'","size":-1}}', 'size: expected')]:
    layout = Layout(name, refusal)
    layout.index(layout.put(text, MANIFEST))
layout = Layout('index-in-itself', 'has no image for')
layout.index(layout.put(json.dumps({'manifests': [
    {'mediaType': 'application/vnd.oci.image.index.v1+json', 'digest': sha256(b''), 'size': 0,
     'platform': {'os': 'linux', 'architecture': 'amd64'}}]}).encode(), 'application/vnd.oci.image.index.v1+json'))
layout = Layout('broken-index', 'index.json: ')
layout.write('index.json', b'{"manifests": 7}')
layout = Layout('pipe-as-index', 'is no OCI image layout')
os.mkfifo(layout.folder + '/index.json')
