# The first line of a test of `diff` and `commit`: a host of its own (own_host.sh) with busybox in the
# store. Then: containers with sandboxes made by hand, whose merged trees can be changed from outside, and
# views of trees that know nothing of how lockstep reads them.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

declare -F build_own_host > /dev/null || . "${BASH_SOURCE[0]%/*}/../support/own_host.sh"  # the rootless lib did it
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
python3 -c 'import json, hashlib, tarfile' 2> /dev/null || skip "there is no python3 to look at trees with (apt-get install python3)"
[[ -x /run/test/bin/rootfs-fetch ]] || skip "rootfs-fetch was not built, because libarchive or libcrypto is missing"
[[ $("$newest" --help) == *commit* ]] || skip "no step has commit"
store=$LOCKSTEP_STORE
root=/run/test/state  # where the state files are

# Runs a command of rootfs-fetch or of the newest step's: as root, or as whom `rootless.sh` says.
as() { "$@"; }
fetch() { as rootfs-fetch --store "$store" "$@"; }
step() { as env LOCKSTEP_STORE="$store" "$newest" --root "$root" "$@"; }

manifest_of() { fetch inspect -q "$1"; }
# layers_of IMAGE: its unpacked layers, the topmost first.
layers_of() {
  fetch inspect "$1" | sed -n "s|^  diff id: *sha256:|$store/layers/sha256/|p" | tac
}
top_layer() { layers_of "$1" | head -1; }
# blob_of_top IMAGE: the file that its topmost layer is stored as.
blob_of_top() { fetch inspect "$1" | sed -n "s|^layer: *sha256:\([0-9a-f]*\).*|$store/blobs/sha256/\1|p" | tail -1; }

# record ID [PID]: the state of a container that has the sandbox of that name; of process PID, or stopped.
record() {
  local pid=${2:-0} started=0
  (( pid == 0 )) || started=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)
  mkdir -p "$root/$1"
  cat > "$root/$1/state.json" <<RECORD
{"id":"$1","status":"running","pid":$pid,"startTime":$started,"created":"2026-01-01T00:00:00Z",
 "owner":${owner:-0},"undo":[],"config":{"ociVersion":"1.3.0","root":{"path":"$store/containers/$1/merged"},
 "process":{"cwd":"/","args":["sh","-c","make changes"],"user":{"uid":0,"gid":0}},
 "annotations":{"io.lockstep.sandbox":"$store/containers/$1","io.lockstep.image":"$1"}}}
RECORD
}

# sandbox ID IMAGE: a stopped container's; $upper and $merged are its folders, merged is mounted.
sandbox() {
  local folder=$store/containers/$1
  mkdir -p "$folder"/{upper,work,merged}
  layers_of "$2" > "$folder/layers"
  printf '%s\n' "$2" "$(manifest_of "$2")" > "$folder/image"
  echo "$root/$1" > "$folder/state"
  chmod --reference "$(top_layer "$2")" "$folder/upper"
  record "$1"
  upper=$folder/upper
  merged=$folder/merged
  mount_sandbox "$1"
}
mount_sandbox() {
  local folder=$store/containers/$1
  mount -t overlay overlay "$folder/merged" \
    -o "lowerdir=$(paste -s -d : "$folder/layers"),upperdir=$folder/upper,workdir=$folder/work"
}

# tree DIR [--no-nodes]: every entry with all that it has, a line each.
tree() { python3 "$here/tree.py" "$@"; }
# same_trees WHAT A B: two outputs of `tree`, in files.
same_trees() {
  local differences
  [[ -s $2 ]] || fail "$1: an empty tree was compared"
  differences=$(diff "$2" "$3") || fail "$1:"$'\n'"$(head -20 <<< "$differences")"
}
