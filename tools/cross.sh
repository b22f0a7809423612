#!/bin/bash
# cross.sh ARCH: the steps, lesson-check and rootfs-fetch for another architecture, in build/ARCH. The libraries that
# they are made with are that architecture's Debian packages, unpacked into build/ARCH/sysroot.
set -euo pipefail
cd "$(dirname "$0")/.."
arch=${1:-}
if [[ ! -e tools/cross/$arch.cmake ]]; then
  echo "cross: expected an architecture that tools/cross/ARCH.cmake describes, got \"$arch\"; make cross ARCH=arm64" >&2
  exit 2
fi
# shellcheck source=own-apt.sh
. tools/own-apt.sh
packages=(libfmt-dev nlohmann-json3-dev libseccomp-dev libarchive-dev libssl-dev libcurl4-openssl-dev libisal-dev libzstd-dev
          doctest-dev)
build=$PWD/build/$arch
sysroot=$build/sysroot

made_from=$(cat tools/cross.sh tools/own-apt.sh | cksum)
if [[ $(cat "$sysroot/made-from" 2> /dev/null) != "$made_from" ]]; then
  echo "cross: fetching ${packages[*]} for $arch"
  own_apt "$build/vm/apt-$arch" "$arch"
  # The C library's headers come with the compiler: as far as apt is told here they are installed.
  printf '%s\n' "Package: libc6-dev" "Status: install ok installed" "Architecture: $arch" "Version: 99" "Maintainer: none" \
    "Description: the cross compiler's" "" > "$build/installed"
  apt+=(-o Dir::State::status="$build/installed")
  rm -rf "$sysroot"
  unpack_packages "$sysroot" "${packages[@]}"
  # Headers that differ between architectures have a folder of their own, of which only the machine's compiler knows.
  cp -r "$sysroot"/usr/include/*-linux-gnu/. "$sysroot/usr/include"
  echo "$made_from" > "$sysroot/made-from"
fi

echo "cross: building for $arch in build/$arch"
cmake --preset "$arch" > /dev/null
mapfile -t steps < <(printf '%s\n' steps/*/ | sed -E 's|^steps/([0-9]+)-.*|step\1|')
cmake --build "$build" --parallel "${JOBS:-$(nproc)}" --target "${steps[@]}" lesson-check rootfs-fetch
