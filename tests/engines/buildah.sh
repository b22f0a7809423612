#!/bin/bash
# buildah: the RUN lines of a build go through lockstep.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
needs buildah
export CONTAINERS_CONF=/run/test/containers.conf BUILDAH_ISOLATION=oci
printf '%s\n' '[containers]' 'default_ulimits = ["nofile=1024:4096", "nproc=1024:4096"]' > "$CONTAINERS_CONF"
buildah() { command buildah --root /run/test/root --runroot /run/test/runroot --storage-driver overlay "$@"; }
mkdir context
cp -a "$rootfs" context/root
chmod 1777 context/root/tmp
cat > context/Dockerfile <<'FILE'
FROM scratch
COPY root /
ENV WORD=hello
WORKDIR /srv
RUN echo "$WORD from $(pwd)" > said && id -u >> said
USER 1:1
RUN id -u > /tmp/user
FILE
try buildah bud --runtime "$lockstep" --network none --tag built context
ends_with 0
container=$(buildah from --pull-never built)
runs $'hello from /srv\n0\n1' buildah run --runtime "$lockstep" --network none "$container" -- cat said /tmp/user
try buildah run --runtime "$lockstep" --network none "$container" -- sh -c 'exit 7'
[[ $status == 7 || $err == *'exit status 7'* ]] || fail "its exit status is lost$(seen)"
printf 'FROM built\nRUN exit 9\n' > context/Dockerfile
try buildah bud --runtime "$lockstep" --network none context
[[ $status != 0 && $err == *9* ]] || fail "a RUN that fails$(seen)"
nothing_of_ours /run/lockstep
finish
