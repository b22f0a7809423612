# The first lines of a test here: a host of its own (own_host.sh; with the argument "rootless" as its ordinary
# user) whose store has the image busybox. Then: as_who COMMAND… runs it as that user; quiet: the last command
# said nothing, but whose root it has; begin_image, add_layer…, finish_image make another one.
# shellcheck shell=bash disable=SC2034,SC2016  # they are used by the scripts that read this; inner shells expand it

if [[ ${1:-root} == rootless ]]; then
  . "${BASH_SOURCE[0]%/*}/../rootless/lib.sh"
  as_who() { as_user "$@"; }
  quiet() { is_the_one_line "$newest" || fail "expected no complaint$(seen)"; }
  own_namespaces=(--user --map-root-user --mount)
  overlay_options=userxattr
else
  . "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
  as_who() { timeout 60 "$@" < /dev/null; }
  borrowed=""
  quiet() { [[ -z $err ]] || fail "expected no complaint$(seen)"; }
  own_namespaces=(--mount --propagation private)
  overlay_options=index=off,metacopy=off,redirect_dir=off
fi
[[ $("$newest" run --help) == *--entrypoint* ]] || skip "no step has images"
command -v rootfs-fetch > /dev/null || skip "rootfs-fetch was not built"
if [[ ${1:-root} == rootless ]]; then
  mkdir -p "$LOCKSTEP_STORE"
  chown learner: "$LOCKSTEP_STORE"
fi
as_who rootfs-fetch busybox -q > /dev/null
chmod 711 /run/test
busybox_layer=$(echo "$LOCKSTEP_STORE"/layers/sha256/*)

# Where a container of an image stays after its end, these don't.
once=()
if [[ $("$newest" run --help) == *--rm\ * ]]; then once=(--rm); fi

# give FOLDER: to the containers' root, who may be nobody on the host. (An ordinary user's is that user.)
give() { if [[ -z $borrowed ]]; then chown -R "$(root_inside "$newest")" "$1"; fi; }

# shows TEXT OPTION… IMAGE COMMAND…: that text is all that is printed, exit status 0, nothing is complained about.
shows() {
  local text=$1
  shift
  try as_who "$newest" run "${once[@]}" "$@"
  ends_with 0
  [[ $out == "$text" ]] || fail "expected on standard output exactly: $text$(seen)"
  quiet
}

# refuses_run TEXT OPTION… IMAGE COMMAND…: exit status 125 (docker's for its own failures), TEXT in the error.
refuses_run() {
  local text=$1
  shift
  try as_who "$newest" run "$@"
  ends_with 125
  [[ -z $out ]] || fail "an error, and yet output$(seen)"
  says "$text"
}

# begin_image [FOLDER]: an image whose lowest layer is busybox's.
begin_image() {
  lower=("$busybox_layer")
  diff_ids=("${busybox_layer##*/}")
}

# as_builder COMMAND…: where layers can be mounted and their files made.
as_builder() { as_who unshare "${own_namespaces[@]}" "$@"; }

# put_layer FOLDER: moves it into the store, as the image's next layer.
put_layer() {
  local id
  as_builder tar -C "$1" --sort=name -cf "$1.tar" .
  id=$(sha256sum "$1.tar" | cut -d ' ' -f 1)
  as_who mv "$1.tar" "$LOCKSTEP_STORE/blobs/sha256/$id"
  [[ -e $LOCKSTEP_STORE/layers/sha256/$id ]] || as_who mv "$1" "$LOCKSTEP_STORE/layers/sha256/$id"
  lower=("$LOCKSTEP_STORE/layers/sha256/$id" "${lower[@]}")
  diff_ids+=("$id")
}

# add_layer SCRIPT: what SCRIPT changes in the image so far, as overlayfs itself writes it down.
add_layer() {
  local folder options
  folder=$(as_who mktemp -d "$LOCKSTEP_STORE/build.XXXXXX")
  as_who mkdir "$folder/upper" "$folder/work" "$folder/merged"
  as_who chmod 755 "$folder/upper"
  options="lowerdir=$(IFS=:; echo "${lower[*]}"),upperdir=$folder/upper,workdir=$folder/work,$overlay_options"
  as_builder bash -ec 'mount -t overlay -o "$0" overlay "$1" && cd "$1" && eval "$2"' "$options" "$folder/merged" "$1" ||
    skip "overlayfs can't be mounted here, so no layers can be made with it"
  put_layer "$folder/upper"
  rm -rf "$folder"
}

# add_plain_layer NAME TEXT: one new file.
add_plain_layer() {
  local folder
  folder=$(as_who mktemp -d "$LOCKSTEP_STORE/build.XXXXXX")
  as_who chmod 755 "$folder"
  as_who sh -c 'echo "$1" > "$0"' "$folder/$1" "$2"
  put_layer "$folder"
}

# put_blob TEXT: its digest's hex.
put_blob() {
  local id
  id=$(printf '%s' "$1" | sha256sum | cut -d ' ' -f 1)
  as_who sh -c 'printf %s "$1" > "$0"' "$LOCKSTEP_STORE/blobs/sha256/$id" "$1"
  echo "$id"
}

# descriptor TYPE HEX
descriptor() {
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s}' "$1" "$2" \
    "$(stat -c %s "$LOCKSTEP_STORE/blobs/sha256/$2")"
}

# finish_image NAME CONFIG [MORE]: CONFIG is the config's "config", MORE its other members instead of the platform.
finish_image() {
  local ids="" layers="" id config manifest platform
  platform=${3:-$(platform_of_busybox)}
  for id in "${diff_ids[@]}"; do
    ids+=${ids:+,}"\"sha256:$id\""
    [[ -e $LOCKSTEP_STORE/blobs/sha256/$id ]] || put_blob_of_busybox "$id"
    layers+=${layers:+,}$(descriptor layer.v1.tar "$id")
  done
  config=$(put_blob "{$platform,\"config\":$2,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$ids]}}")
  manifest=$(put_blob "{\"schemaVersion\":2,\"config\":$(descriptor config.v1+json "$config"),\"layers\":[$layers]}")
  local entry
  entry=$(descriptor manifest.v1+json "$manifest")
  entry="${entry%\}},\"annotations\":{\"org.opencontainers.image.ref.name\":\"$1\"}}"
  as_who sed -i "s|\"manifests\":\[|&$entry,|" "$LOCKSTEP_STORE/index.json"
}

platform_of_busybox() {
  rootfs-fetch inspect -f json busybox | grep -o '"architecture":"[^"]*"' | head -1
  echo ',"os":"linux"'
}
put_blob_of_busybox() {
  as_builder tar -C "$LOCKSTEP_STORE/layers/sha256/$1" --sort=name -cf "$LOCKSTEP_STORE/blobs/sha256/$1" .
}

# no_sandboxes WHAT: nothing of any container is in the store.
no_sandboxes() {
  local left
  left=$(ls -A "$LOCKSTEP_STORE/containers" 2> /dev/null) || true
  [[ -z $left ]] || fail "$1: left in the store: $left"
}
