#!/bin/bash
# guest.sh SOURCE BUILD [none|CTEST-OPTION…]: what is tried in the VM. /job has the sources and the build; they go to where they lie
# on the host, for the tests know these paths. Then each step's grader, as root and as an ordinary user, and the tests,
# unless there are to be none.
set -uo pipefail
export LOCKSTEP_SOURCE=$1 LOCKSTEP_BUILD=$2
shift 2
mkdir -p "$LOCKSTEP_SOURCE"
mount --bind /job/source "$LOCKSTEP_SOURCE"
if [[ -e /job/build ]]; then
  mkdir -p "$LOCKSTEP_BUILD"
  mount --bind /job/build "$LOCKSTEP_BUILD"
fi
failed=0
now() { cut -d ' ' -f 1 /proc/uptime; }
echo "== Linux $(uname -r) on $(uname -m), cgroup $(stat -f -c %T /sys/fs/cgroup), up after $(now) s"

# Everybody may reach these: nobody but root may search the folders above the build.
mkdir -p /usr/local/bin
cp "$LOCKSTEP_BUILD"/lesson-check "$LOCKSTEP_BUILD"/step[0-9][0-9] /usr/local/bin
steps='[0-9][0-9]'
grade() {  # WHO [COMMAND that becomes somebody…]: the steps that $steps is a pattern of
  local who=$1 step number output status
  shift
  for step in /usr/local/bin/step$steps; do
    number=${step#/usr/local/bin/step}
    status=0
    output=$("$@" lesson-check "$number" "$step" 2>&1) || status=$?
    echo "lesson $number, ${step##*/}, $who: $(tail -n 1 <<< "$output")"
    if (( status == 0 )); then
      grep '^  skipped' <<< "$output"
    else
      failed=1
      grep -v '^  passed' <<< "$output"
    fi
  done
}
become=(setpriv --reuid 64999 --regid 64999 --clear-groups env HOME=/tmp)
grade root
grade "an ordinary user" "${become[@]}"

# What systemd gives those who log in: a cgroup that is theirs, below which they may limit.
theirs=/sys/fs/cgroup/user.slice/user-64999.slice
mkdir -p "$theirs/session"
sed -E 's/(^| )/\1+/g' "${theirs%/*}/cgroup.subtree_control" > "$theirs/cgroup.subtree_control"
chown 64999 "$theirs" "$theirs"/cgroup.{procs,threads,subtree_control} "$theirs/session"{,/cgroup.procs}
steps='0[7-9]'
# shellcheck disable=SC2016  # the inner shell expands it
grade "an ordinary user with a cgroup of their own" sh -c 'echo 0 > "$0/cgroup.procs"; exec "$@"' "$theirs/session" "${become[@]}"

# The image is made from the VM's own busybox, for its architecture.
cp "$LOCKSTEP_BUILD/rootfs-fetch" /usr/local/bin
newest=$(printf '%s\n' /usr/local/bin/step[0-9][0-9] | tail -n 1)
rootfs-fetch --quiet busybox > /dev/null || failed=1
inside=$("$newest" run --rm busybox uname -m)
echo "the busybox image in ${newest##*/}: $inside"
[[ $inside == "$(uname -m)" ]] || failed=1
[[ ${1:-} != none ]] || { echo "== ended after $(now) s"; exit "$failed"; }

# All of them would take a day where the VM is emulated. Without other wishes: those of cgroups, for which the VM was made, and of
# privileges. What kills at many moments takes fewer of them.
export kMoments=10
whole=$#
(( $# )) || set -- --tests-regex '^(resources|privileges)(\.|_test: |_root_test: )'
echo "== tests, after $(now) s"
ctest --test-dir "$LOCKSTEP_BUILD" --output-on-failure --no-tests=error --label-exclude '^(docs|ladder|lint|vm)$' "$@" || failed=1
echo "== skipped"
skipped=$(awk '/^[0-9]+\/[0-9]+ Testing: / { name = $0; sub(/^[^:]*: /, "", name) } /[Ss]kipped: / { print "  " name ": " $0 }' \
  "$LOCKSTEP_BUILD/Testing/Temporary/LastTest.log")
echo "$skipped"
# For these the VM was made.
if grep -q '^  resources\.' <<< "$skipped"; then
  echo "a test of resources was skipped, and this VM has all that they need"
  failed=1
fi
if (( whole == 0 )); then
  echo "== lesson 07's page, after $(now) s"
  [[ $(uname -r) =~ ^([0-9]+)\.([0-9]+) ]]
  if (( BASH_REMATCH[1] * 100 + BASH_REMATCH[2] < 603 )); then
    echo "not run: the pages' homes are in memory, and this kernel can't id-map a tmpfs: each step says so in a line"
  else
    "$LOCKSTEP_BUILD/tests/bin/docs-check" run "$LOCKSTEP_SOURCE/docs/lessons/07-cgroup.md" || failed=1
    echo "== conformance on version 2, after $(now) s"
    "$LOCKSTEP_SOURCE/tests/conformance/run.sh" "$LOCKSTEP_BUILD" || failed=1
  fi
  echo "== speed on version 2, after $(now) s"
  "$LOCKSTEP_SOURCE/tests/bench/engine.sh" -u "$LOCKSTEP_BUILD/bench" -n 5 -p 0 -k 20 "$LOCKSTEP_BUILD" || failed=1
fi
echo "== ended after $(now) s"
exit "$failed"
