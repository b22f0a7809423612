#!/bin/bash
# deps.sh [run|test|engines|vm|cross|vm-arm64]: installs the Debian packages that are missing, and says which; says nothing
# when none is.
#   run   (default) what the steps, rootfs-fetch and the busybox root are made from
#   test  that, and what the tests and the lint need
#   engines   that, and what `make engines` needs
#   vm    that of `test`, and what `make vm` needs: an emulator and what makes the VM's disks
#   cross     what the steps are made from, and a compiler for arm64
#   vm-arm64  that, and what `make vm-arm64` needs: an emulator of arm64 and what makes its disks
set -euo pipefail

packages=(g++ cmake make git libfmt-dev nlohmann-json3-dev libseccomp-dev  # the steps
          libarchive-dev libssl-dev libcurl4-openssl-dev libisal-dev libzstd-dev  # images
          busybox-static less                                              # the root, `make diff`
          nftables)                                                        # networks, from step 05 on
what=${1:-run}
if [[ $what == test || $what == vm || $what == engines ]]; then
  packages+=(doctest-dev strace passt slirp4netns tmux jq procps util-linux uidmap iproute2 skopeo umoci python3
             docker-registry podman curl openssl zstd attr libcap2-bin  # tests of images from registries
             runc crun debootstrap                 # what `make bench` and `make bench-images` compare with, and are made from
             clang libclang-rt-dev clang-format clang-tidy shellcheck ccache)
fi
if [[ $what == engines ]]; then
  packages+=(podman conmon containerd docker.io buildah)
fi
if [[ $what == vm ]]; then
  packages+=(qemu-system-x86 kmod e2fsprogs)
fi
if [[ $what == cross || $what == vm-arm64 ]]; then
  packages+=(g++-aarch64-linux-gnu)
fi
if [[ $what == vm-arm64 ]]; then
  packages+=(qemu-system-arm kmod e2fsprogs)
fi

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  echo "deps: no apt-get here; see to the like of these yourself: ${packages[*]}" >&2
  exit 0  # the build says what it lacks, one by one
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
(( ${#missing[@]} )) || exit 0

root=()  # what to run apt-get with
if (( EUID != 0 )); then
  if ! command -v sudo > /dev/null; then
    echo "deps: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" < /dev/null; }

install() {
  apt install -y --no-install-recommends "${missing[@]}"
}

install_all() {
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null; then
    apt update && install
  else  # lists may be too old to know what the mirror still has
    install || { apt update && install; }
  fi
}

# These two are here for the tests to start; on a machine with systemd their packages have them listen at once.
end_services() {
  local service services=()
  for service in docker-registry.service podman.socket podman.service podman-auto-update.timer docker.socket docker.service \
    containerd.service; do
    [[ " ${missing[*]} " != *" ${service%%[.-]*}"* ]] || services+=("$service")
  done
  [[ -d /run/systemd/system && -n ${services[*]} ]] || return 0
  "${root[@]}" systemctl disable --now "${services[@]}" &> "$log" || echo "deps: see to it that these don't run: ${services[*]}" >&2
}

echo "deps: installing ${missing[*]}${root[0]:+ (with sudo)}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install_all > "$log" 2>&1; then
  cat "$log" >&2
  echo "deps: apt-get failed, see above; as root, try: apt-get install ${missing[*]}" >&2
  exit 1
fi
end_services
