# For the scripts beside it: registries (serving.sh), images to fill them with, and what is expected of rootfs-fetch.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../images/lib.sh
. "$here/../images/lib.sh"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY all_proxy no_proxy
export HOME=$temporary/home XDG_RUNTIME_DIR=$temporary/runtime  # where passwords are kept, ours and skopeo's
unset XDG_DATA_HOME XDG_CONFIG_HOME DOCKER_CONFIG REGISTRY_AUTH_FILE
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR"

# need PROGRAM…
need() {
  local program
  for program; do
    command -v "$program" > /dev/null || { echo "skipped: $program is missing (make deps-test)"; exit 77; }
  done
}
need docker-registry skopeo umoci python3 openssl curl jq setpriv

# shellcheck source=serving.sh
. "$here/serving.sh"
trap 'end_servers; rm -rf "$temporary" "$said"' EXIT

# --- images ---

layout=$temporary/layout

# make_image NAME [ARGUMENT…]: one of images.py's, in the layout.
make_image() { python3 "$here/images.py" "$layout" "$@"; }

# fill NAME HOST/REPOSITORY:TAG [OPTION…]: copies an image of the layout to a registry.
fill() {
  skopeo copy --quiet --dest-tls-verify=false "${@:3}" "oci:$layout:$1" "docker://$2" > "$said/skopeo" 2>&1 ||
    fail "skopeo does not copy $1 to $2: $(< "$said/skopeo")"
}

# fill_as_it_is NAME HOST/REPOSITORY:TAG: the same to a plain registry, to the byte; skopeo compresses what isn't.
fill_as_it_is() {
  local manifest digest place=${2%%/*}/v2/${2#*/} blobs=$layout/blobs/sha256
  place=http://${place%:*}
  manifest=$(jq -r --arg name "$1" '.manifests[] | select(.annotations[] == $name).digest' "$layout/index.json")
  for digest in $(jq -r '(.config, .layers[]).digest' "$blobs/${manifest#*:}"); do
    curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$blobs/${digest#*:}" \
      "$(curl -sf -i -X POST -d '' "$place/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')&digest=$digest" || fail "the registry doesn't take $digest"
  done
  curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary "@$blobs/${manifest#*:}" \
    "$place/manifests/${2##*:}" || fail "the registry doesn't take the manifest of $1"
}

# digest_at HOST/REPOSITORY:TAG: what a plain registry says.
digest_at() {
  local place=${1#*/} kind accept=''
  for kind in oci.image.manifest.v1 oci.image.index.v1 docker.distribution.manifest.v2 docker.distribution.manifest.list.v2; do
    accept+="${accept:+, }application/vnd.$kind+json"
  done
  curl -sfI -H "Accept: $accept" "http://${1%%/*}/v2/${place%:*}/manifests/${place##*:}" | tr -d '\r' |
    sed -n 's/^Docker-Content-Digest: //p'
}

# --- what is expected of rootfs-fetch ---

# pulls REFERENCE [OPTION…]: it is in the store then, whole.
pulls() {
  local reference=$1
  timeout 60 "$fetch" "$@" > "$said/out" 2> "$said/err" || { fail "exit status $?: rootfs-fetch $*: $(< "$said/err")"; return; }
  "$fetch" inspect "$reference" > "$said/inspect" 2>&1 || fail "$reference was pulled, and: $(< "$said/inspect")"
}

# denies TEXT COMMAND…: exit status 1 within a minute, and the last words on standard error are one line with TEXT in it and at most a
# hint (before them there may be what a pull says on its way).
denies() {
  local text=$1 status=0 line limit=(timeout 60)
  shift
  [[ $(type -t "$1") != function ]] || limit=()
  "${limit[@]}" "$@" > "$said/out" 2> "$said/all" || status=$?
  (( status == 1 )) || fail "exit status $status instead of 1: $*: $(tail -c 500 "$said/all")"
  line=$(grep -n '^rootfs-fetch: ' "$said/all" | tail -1 || true)
  sed -n "${line%%:*},\$p" "$said/all" > "$said/err"
  [[ ${line#*:} == *"$text"* ]] || fail "$* does not say \"$text\" but: $(tail -c 700 "$said/all")"
  (( $(wc -l < "$said/err") <= 2 )) || fail "$* says more than a line and a hint: $(< "$said/err")"
  [[ $(sed 1d "$said/err") == "" || $(sed 1d "$said/err") == "hint: "* ]] || fail "$* says behind it: $(sed 1d "$said/err")"
}

# store_is_empty WHY: no image, no blob, no layer, nothing in the making.
store_is_empty() {
  local left
  [[ -e $LOCKSTEP_STORE ]] || return 0
  left=$(cd "$LOCKSTEP_STORE" && find . -mindepth 2 ! -path ./blobs/sha256 ! -path ./layers/sha256 -printf '%P ')
  [[ -z $left ]] || fail "$1, and the store has $left"
  [[ $("$fetch" list -q) == "" ]] || fail "$1, and the store lists $("$fetch" list -q)"
}

# fresh_store: empty again.
fresh_store() { rm -rf "$LOCKSTEP_STORE"; }

# has_greeting REFERENCE TEXT: the image, made by `make_image small`, unpacks to what was put into it.
has_greeting() {
  rm -rf "$temporary/exported"
  "$fetch" export "$1" "$temporary/exported" > "$said/out" 2>&1 || { fail "$1 can't be exported: $(< "$said/out")"; return; }
  [[ $(< "$temporary/exported/etc/greeting") == "$2" ]] || fail "$1 has another greeting: $(< "$temporary/exported/etc/greeting")"
  cmp -s "$temporary/exported/bin/busybox" "$(command -v busybox)" || fail "$1 has another busybox"
}
