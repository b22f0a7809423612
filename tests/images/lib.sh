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
said=$(mktemp -d)  # what the last command said: out, err
chmod 755 "$temporary"
trap 'rm -rf "$temporary" "$said"' EXIT
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
  "$@" > "$said/out" 2>&1 || fail "exit status $?: $*"$'\n'"$(< "$said/out")"
}

# refuses TEXT COMMAND…: exit status 1, nothing on standard output, and on standard error one line with
# TEXT in it and at most a hint behind it.
refuses() {
  local text=$1 status=0
  shift
  "$@" > "$said/out" 2> "$said/err" || status=$?
  (( status == 1 )) || fail "exit status $status instead of 1: $*"
  [[ ! -s $said/out ]] || fail "an error, and yet output: $*: $(< "$said/out")"
  [[ $(head -1 "$said/err") == "rootfs-fetch: "*"$text"* ]] ||
    fail "$* does not say \"$text\" but: $(< "$said/err")"
  [[ $(sed 1d "$said/err") == "" || $(sed 1d "$said/err") == "hint: "* ]] ||
    fail "$* says more than a line and a hint: $(< "$said/err")"
  (( $(wc -l < "$said/err") <= 2 )) || fail "$* says more than two lines: $(< "$said/err")"
}

# hints TEXT: the last refusal's hint has TEXT in it.
hints() {
  [[ $(sed -n 's/^hint: //p' "$said/err") == *"$1"* ]] || fail "no hint \"$1\" in: $(< "$said/err")"
}

# same_files A B: the same names, contents, links and modes. (umoci and others leave times alone: they too.)
same_files() {
  local list='find . -mindepth 1 -printf "%P %y %m %l %T@ %s\n" | sed -E "s/^(.* d .*) [0-9]+$/\1/" | sort'
  diff <(cd "$1" && eval "$list") <(cd "$2" && eval "$list") > "$said/diff" ||
    fail "$1 and $2 differ: $(head -5 "$said/diff")"
  diff -r --no-dereference "$1" "$2" > "$said/diff" || fail "$1 and $2 differ: $(head -5 "$said/diff")"
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
  in_mounts true 2> "$said/err" || { echo "skipped: no mount namespace here: $(< "$said/err")"; exit 77; }
}
