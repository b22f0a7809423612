# For the scripts beside it: rootfs-fetch, a folder of the test's own, and ways to fail.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

fetch=$LOCKSTEP_BUILD/rootfs-fetch
if [[ ! -x $fetch ]]; then
  echo "skipped: rootfs-fetch was not built, because libarchive or libcrypto is missing"
  exit 77
fi
if ! command -v busybox > /dev/null; then
  echo "skipped: there is no busybox to make an image from (apt-get install busybox-static)"
  exit 77
fi

temporary=$(mktemp -d)
chmod 755 "$temporary"
trap 'rm -rf "$temporary"' EXIT
export LOCKSTEP_STORE=$temporary/store
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

finish() {
  (( failures == 0 )) || { echo "$failures failures"; exit 1; }
}

# succeeds COMMAND…: shows what it said if it does not.
succeeds() {
  "$@" > "$temporary/out" 2>&1 || fail "exit status $?: $*"$'\n'"$(< "$temporary/out")"
}

# refuses TEXT COMMAND…: exit status 1, nothing on standard output, and on standard error one line with
# TEXT in it and at most a hint behind it.
refuses() {
  local text=$1 status=0
  shift
  "$@" > "$temporary/out" 2> "$temporary/err" || status=$?
  (( status == 1 )) || fail "exit status $status instead of 1: $*"
  [[ ! -s $temporary/out ]] || fail "an error, and yet output: $*: $(< "$temporary/out")"
  [[ $(head -1 "$temporary/err") == "rootfs-fetch: "*"$text"* ]] ||
    fail "$* does not say \"$text\" but: $(< "$temporary/err")"
  [[ $(sed 1d "$temporary/err") == "" || $(sed 1d "$temporary/err") == "hint: "* ]] ||
    fail "$* says more than a line and a hint: $(< "$temporary/err")"
  (( $(wc -l < "$temporary/err") <= 2 )) || fail "$* says more than two lines: $(< "$temporary/err")"
}

# hints TEXT: the last refusal's hint has TEXT in it.
hints() {
  [[ $(sed -n 's/^hint: //p' "$temporary/err") == *"$1"* ]] || fail "no hint \"$1\" in: $(< "$temporary/err")"
}

# same_files A B: the same names, contents, links and modes. (umoci and others leave times alone: they too.)
same_files() {
  local list='find . -mindepth 1 -printf "%P %y %m %l %T@ %s\n" | sed -E "s/^(.* d .*) [0-9]+$/\1/" | sort'
  diff <(cd "$1" && eval "$list") <(cd "$2" && eval "$list") > "$temporary/diff" ||
    fail "$1 and $2 differ: $(head -5 "$temporary/diff")"
  diff -r --no-dereference "$1" "$2" > "$temporary/diff" || fail "$1 and $2 differ: $(head -5 "$temporary/diff")"
}

# in_mounts COMMAND…: in a mount namespace of its own, as root of it.
in_mounts() {
  if (( EUID == 0 )); then
    unshare --mount --propagation private "$@"
  else
    unshare --user --map-root-user --mount --propagation private "$@"
  fi
}
need_mounts() {
  in_mounts true 2> "$temporary/err" || { echo "skipped: no mount namespace here: $(< "$temporary/err")"; exit 77; }
}
