# For the shell tests: run a command, say what was expected of it and what was seen.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

failures=0
out="" err="" status=0  # of the last command that `try` ran

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

skip() {
  echo "skipped: $*"
  exit 77
}

finish() {
  (( failures == 0 )) || { echo "$failures failures"; exit 1; }
}

# try COMMAND…: fills out, err and status. Nothing to read, and no longer than 30 seconds (status 124) unless
# COMMAND is a function.
try() {
  local errors limit=(timeout --kill-after 5 30)
  tried="$*"
  [[ $(type -t "$1") != function ]] || limit=()
  errors=$(mktemp)
  status=0
  out=$("${limit[@]}" "$@" < /dev/null 2> "$errors") || status=$?
  err=$(tr -d '\0' < "$errors")
  rm -f "$errors"
}

# All that `try` saw, for a failure's message.
seen() {
  printf '\n    command:  %.300s\n    status:   %s\n    output:   %.600s\n    errors:   %.1200s' \
    "$tried" "$status" "$out" "$err"
}

ends_with() { (( status == $1 )) || fail "expected exit status $1$(seen)"; }

says() { [[ $err == *"$1"* ]] || fail "expected on standard error: $1$(seen)"; }

prints() { [[ $out == *"$1"* ]] || fail "expected on standard output: $1$(seen)"; }

silent() { [[ -z $out$err ]] || fail "expected no word$(seen)"; }

# succeeds COMMAND…: exit status 0 and nothing on standard error.
succeeds() {
  try "$@"
  [[ $status == 0 && -z $err ]] || fail "expected success without a complaint$(seen)"
}

# refuses STATUS TEXT COMMAND…: that exit status, nothing on standard output, and on standard error one
# line "stepNN: …" in which TEXT is, with at most a hint behind it.
refuses() {
  local expected=$1 text=$2
  shift 2
  try "$@"
  ends_with "$expected"
  [[ -z $out ]] || fail "an error, and yet output$(seen)"
  [[ ${err%%$'\n'*} =~ ^step[0-9]+:\ . ]] || fail "expected one line \"stepNN: …\"$(seen)"
  [[ ${err%%$'\n'*} == *"$text"* ]] || fail "expected in that line: $text$(seen)"
  [[ $err != *$'\n'* || ${err#*$'\n'} =~ ^hint:\ [^$'\n']+$ ]] || fail "expected at most a hint behind it$(seen)"
}

# hints TEXT: the last refusal's hint has TEXT in it.
hints() { [[ $err == *$'\n'"hint: "*"$1"* ]] || fail "expected in a hint: $1$(seen)"; }

# eventually COMMAND…: tries it until it succeeds, for at most ten seconds.
eventually() {
  local end=$((SECONDS + 10))
  until "$@"; do
    (( SECONDS < end )) || return 1
    sleep 0.02
  done
}
