# What the nine lessons' attacks came to, for the table that `make test` ends with (tools/test.sh): a line for each step from
# which one was tried.
# shellcheck shell=bash disable=SC2154  # `failures` is of checks.sh

# this_attack LESSON WHAT
this_attack() {
  lesson=$1
  echo "attack $lesson is $2"
}

# tally STEP|host works|stopped: what all checks since the last call have shown, unless one of them failed.
tally() {
  local result=$2
  (( failures == ${tallied:-0} )) || result=FAILED
  tallied=$failures
  echo "attack $lesson from $1: $result"
}
