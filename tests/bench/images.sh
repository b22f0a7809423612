#!/usr/bin/env bash
# images.sh: how long it takes to get an image from a registry on this machine and to unpack it: rootfs-fetch, podman, skopeo with
# umoci, and the least that a shell can do: curl | gzip -dc | tar x, all layers at once.
#
# usage: tests/bench/images.sh [-n ROUNDS] [-d DIR] [-o DIR] [BUILD]
#
#   -n ROUNDS    measured rounds (default 7)
#   -d DIR       where the image is kept, and the file with the file system (default BUILD/bench-images)
#   -o DIR       keep every single time in DIR/TABLE.tsv
#   -h           this text
#
# BUILD is the folder with rootfs-fetch: a release build. Without it, the variable LOCKSTEP_BUILD names it, or else it is
# build/ of this repository.
#
# Needs root (asks sudo for it), docker-registry, skopeo, umoci and, the first time, debootstrap and a Debian mirror. What isn't
# installed of the others is left out. It measures and judges, but never fails for being slow: the exit status is 1 only if
# something could not be run, 2 for wrong options.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=images_lib.sh
. "$here/images_lib.sh"
# shellcheck source=../registry/serving.sh
. "$here/../registry/serving.sh"
rounds=7 cache=''

arguments=("$@")
while getopts :n:d:o:h option; do
  case $option in
    n) rounds=$OPTARG ;;
    d) cache=$OPTARG ;;
    o) out=$OPTARG ;;
    h) usage && exit 0 ;;
    :) wrong "-$OPTARG needs a value" ;;
    *) wrong "-$OPTARG is not an option" ;;
  esac
done
shift $((OPTIND - 1))
check_options "$@"
cache=$(realpath -m "${cache:-$build/bench-images}")
[ -x "$build/rootfs-fetch" ] || fail "$build/rootfs-fetch is not built: make build"
for program in docker-registry skopeo umoci curl jq python3; do
  command -v "$program" >/dev/null || fail "$program is missing: make deps-test installs it"
done
enter "${arguments[@]}"

# Each time on a new file system, an ext4 in a file: in one from which much was just removed, unpacking takes ten times as long (for
# some seconds ext4 leaves the inodes alone that were freed), and removing takes longer than everything else.
make_place() {
  mkdir -p "$cache"
  rm -rf "$cache"/run.*
  temporary=$(mktemp -d "$cache/run.XXXXXX")
  trap 'end_servers; umount -R "$place" 2>/dev/null || :; rm -rf "$temporary"' EXIT
  work=$temporary/programs place=$temporary/place
  mkdir -p "$work/bin" "$place"
  [ -n "$out" ] || out=$temporary/samples
  mkdir -p "$out"
  in_memory=''
  fresh_place 2>"$work/log" && return 0
  in_memory=1
  say "no ext4 in a file here ($(tail -n 1 "$work/log")): in memory instead"
}
fresh_place() {
  ! mountpoint -q "$place" || umount -R "$place"
  if [ -n "$in_memory" ]; then
    mount -n -t tmpfs place "$place"
  else
    rm -f "$temporary/disk"
    truncate -s 8G "$temporary/disk"
    PATH=$PATH:/usr/sbin:/sbin mke2fs -q -F -t ext4 -m 0 -E lazy_itable_init=1 "$temporary/disk" &&
      mount -n -t ext4 -o loop,noinit_itable "$temporary/disk" "$place"
  fi
}

# once WAY FOLDER: sets `ms` and `kib`.
once() {
  mkdir -p "$2"
  read -r ms kib < <(python3 "$here/timed.py" "$work/$1" "$2" 2>"$work/log" || echo failed failed)
  [ "$ms" != failed ] && [ -n "$kib" ] || return 1
}

declare -A largest
ways=()
warm_up() {
  local way
  for way in rootfs-fetch umoci podman tar; do
    [ "$way" != podman ] || command -v podman >/dev/null || { say "podman is not installed: it is left out" && continue; }
    fresh_place
    if once "$way" "$place/$way"; then
      ways+=("$way")
    else
      exit_status=1
      say "$way does not run here and is left out: $(tail -n 1 "$work/log")"
    fi
  done
  [ "${ways[0]:-}" = rootfs-fetch ] || fail "rootfs-fetch itself does not run here"
}

# Each round begins with another one.
measure_pulls() {
  local round number way
  for ((round = 0; round < rounds; ++round)); do
    for number in "${!ways[@]}"; do
      way=${ways[(number + round) % ${#ways[@]}]}
      fresh_place
      once "$way" "$place/$way" || fail "$way: $(tail -n 1 "$work/log")"
      printf '%d\t%s\t%s\n' "$round" "$way" "$ms" >>"$out/pull.tsv"
      ((kib <= ${largest[$way]:-0})) || largest[$way]=$kib
    done
  done
}

# The image is there already.
measure_again() {
  local round before
  fresh_place
  once rootfs-fetch "$place/store" || fail "rootfs-fetch: $(tail -n 1 "$work/log")"
  before=$(blob_requests)
  for ((round = 0; round < rounds * 3; ++round)); do
    once rootfs-fetch "$place/store" || fail "the second pull: $(tail -n 1 "$work/log")"
    printf '%d\tpull again\t%s\n' "$round" "$ms" >>"$out/again.tsv"
  done
  again_requests=$(($(blob_requests) - before))
}
blob_requests() { grep -c '"GET [^"]*/blobs/' "$temporary/registry.log" || :; }

# table NAME ROUNDS WHAT, of $plan.
table() {
  say $'\n'"$3, $2 rounds:"
  "$work/bin/timer" "$plan" "$2" 0 "$work/log"
}
row() { printf '%s\t%s\t%s\t0\t0\tfrom %s\n' "$1" "$2" "$3" "$4" >>"$plan"; }
verdict() { if (($1)); then echo met; else echo MISSED; fi; } # of a condition

say_machine
make_place
compile timer timer.c report.c
[ -e "$cache/image/index.json" ] || make_layout "$cache/image"
registry registry REGISTRY_LOG_ACCESSLOG_DISABLED=false
describe_layout "$cache/image"
skopeo copy --quiet --dest-tls-verify=false "oci:$cache/image:v1" "docker://$host/bench/debian:v1" >/dev/null
write_ways
mount -n -t tmpfs -o mode=755 tmpfs /run # for podman's, whose folder there may only have a short name
warm_up
measure_pulls
measure_again

plan=$work/plan
row rootfs-fetch rootfs-fetch 'podman*0.25,umoci*0.25,tar*1' "$out/pull.tsv"
for way in "${ways[@]:1}"; do row "$way" rootfs-fetch - "$out/pull.tsv"; done
table pull "$rounds" "pull and unpack"
for way in "${ways[@]}"; do say "  $way: at most $((largest[$way] >> 10)) MiB resident (its largest process)"; done
say "  rootfs-fetch: $((largest[rootfs-fetch] >> 10)) MiB resident, aim under 64:" \
  "$(verdict $((largest[rootfs-fetch] < 64 << 10)))"
: >"$plan"
row "pull again" "pull again" 50 "$out/again.tsv"
table again $((rounds * 3)) "the same image again"
say "  pull again: $again_requests requests for blobs, aim 0: $(verdict $((again_requests == 0)))"
exit $exit_status
