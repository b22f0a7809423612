#!/bin/bash
# The grader's own test: does it find what is wrong, and only that?
set -euo pipefail
check=$LOCKSTEP_BUILD/lesson-check
programs=$LOCKSTEP_SOURCE/tests/lessons/programs
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
export TMPDIR
export LAZY_INIT=$LOCKSTEP_BUILD/tests/bin/lazy-init STEP WRONG
failed=0

(( UID == 0 )) || { echo "skipped: these programs do harm, and only root has a sandbox for them"; exit 77; }
for tool in unshare nsenter setsid busybox; do
  command -v "$tool" > /dev/null || { echo "skipped: $tool is missing"; exit 77; }
done

fail() {
  echo "not as expected: $*"
  failed=1
}

# graded NN ARGUMENTS…: the output, without the lines of what passed, in $output; the status in $status.
graded() {
  status=0
  output=$("$check" --patience 5 "$@" 2>&1) || status=$?
  details=$(grep -v '^  passed' <<< "$output" || true)
  verdicts=$(sed -nE 's/^  (FAILED|not built|not tried) +(.*)$/\2/p' <<< "$output")
}

# fails 'MISTAKE' NN [OPTION…] PROGRAM, and on standard input the claims that don't hold.
fails() {
  local expected
  WRONG=$1
  shift
  expected=$(cat)
  graded "$@"
  echo "$WRONG: $(tail -n 1 <<< "$output")"
  [[ $status == 1 ]] || fail "$WRONG: exit status $status, expected 1"
  [[ $verdicts == "$expected" ]] || fail "$WRONG: $(diff <(echo "$expected") <(echo "$verdicts"))"$'\n'"$details"
}

# passes 'MISTAKE' NN [OPTION…] PROGRAM
passes() {
  WRONG=$1
  shift
  graded "$@"
  echo "${WRONG:-no mistake}: $(tail -n 1 <<< "$output")"
  [[ $status == 0 ]] || fail "$WRONG: exit status $status, expected 0: $details"
}

# few_pass MOST NN PROGRAM
few_pass() {
  local passed
  graded --patience 1 "$2" "$3"
  passed=$(grep -c '^  passed' <<< "$output" || true)
  echo "$WRONG: $(tail -n 1 <<< "$output")"
  (( status == 1 && passed <= $1 )) || fail "$WRONG: exit status $status, $passed passed, at most $1 should: $output"
}

# A program that isolates nothing: the first check finds out, and nothing else is tried.
WRONG=nothing-isolated
for lesson in 01 02 03; do few_pass 0 "$lesson" "$programs/bare.sh"; done
# If it gets past that, most of the others find out. (A bare command does return its exit status.)
WRONG=pretence
few_pass 9 01 "$programs/bare.sh"
few_pass 8 02 "$programs/bare.sh"
few_pass 12 03 "$programs/bare.sh"

# A learner's own program, of unshare(1) and mount(8), has the cores …
for lesson in 01 02 03; do passes '' --core "$lesson" "$programs/by-hand.sh"; done

# … and with a mistake it lacks that.
fails no-status --core 01 "$programs/by-hand.sh" << 'END'
the command's exit status is run's
a missing command: its name in the error, and 127
END
fails no-ipc --core 02 "$programs/by-hand.sh" << 'END'
the host's System V shared memory is out of sight
END
fails lonely-exec --core 02 "$programs/by-hand.sh" << 'END'
exec runs another command in it
END
fails chroot --core 03 "$programs/by-hand.sh" << 'END'
the host's tree is gone, not only out of sight
END
fails shared-mounts --core 03 "$programs/by-hand.sh" << 'END'
the host's tree is gone, not only out of sight
what is mounted inside stays inside
END
fails host-proc --core 03 "$programs/by-hand.sh" << 'END'
a file of the host's can't be read
/proc shows its own processes only
END
fails late-id --only 'two runs' 02 "$programs/by-hand.sh" << 'END'
two runs with one ID at once: one of them wins
END
fails pid-only --only 'come again' 02 "$programs/by-hand.sh" << 'END'
a PID that has come again is not taken for the container
END

# What it never had is found, too.
lacks() {  # NN CLAIM
  fails no-detail --only "$2" "$1" "$programs/by-hand.sh" <<< "$2"
}
lacks 02 "run in the foreground passes signals on"
lacks 02 "the command has a session of its own"
lacks 03 "the umask is 0022, whatever the caller's is"
lacks 03 "the caller's environment stays outside"
lacks 03 "what the caller has open stays outside"
lacks 03 "/dev has none of the host's disks"
lacks 03 "/sys is read-only"
lacks 03 "what tells of the whole machine is masked"
lacks 03 "the kernel's settings in /proc are read-only"

# A whole step with one mistake fails that check, and no other.
STEP=$LOCKSTEP_BUILD/step02
passes '' 02 "$programs/spoilt.sh"
fails shared-ipc 02 "$programs/spoilt.sh" << 'END'
the host's System V shared memory is out of sight
END
fails lazy-init 02 "$programs/spoilt.sh" << 'END'
--init: orphans are reaped
END
fails leftover 02 "$programs/spoilt.sh" << 'END'
--detach leaves no process of the runtime's behind
END
fails ruthless 02 "$programs/spoilt.sh" << 'END'
delete refuses a container that runs
kill and delete say so if there is no such container
END
STEP=$LOCKSTEP_BUILD/step03
fails writable 03 "$programs/spoilt.sh" << 'END'
--volume with :ro can't be written
:ro holds for what is mounted below it, too
END
fails endless-memory 03 "$programs/spoilt.sh" << 'END'
--tmpfs is memory, of the size that was asked for
END
STEP=$LOCKSTEP_BUILD/step06
fails flat-map --core 06 "$programs/spoilt.sh" << 'END'
root inside is somebody else outside
root inside leaves no program of the host's root's in a volume
root inside can't read what is the host's root's
root inside can't set what is the whole machine's
END
fails mapped-volumes --core 06 "$programs/spoilt.sh" << 'END'
root inside leaves no program of the host's root's in a volume
root inside can't read what is the host's root's
END
fails always-root --core 06 "$programs/spoilt.sh" << 'END'
--user UID:GID: those, and no other group
another user has none of root's powers
END

# With --core, what is no core thing may be missing; what is, may not.
WRONG=
graded --core 02 "$LOCKSTEP_BUILD/step01"
[[ $status == 1 && $output == *"  skipped    exec runs"* && $output == *"  FAILED     the command is process 1"* ]] ||
  fail "step01, --core 02: $output"
graded --core 03 "$LOCKSTEP_BUILD/step02"
[[ $status == 1 && $output == *"  not built  its root is the folder"* ]] || fail "step02, --core 03: $output"

leftovers=$(ls -A "$TMPDIR")
[[ -z $leftovers ]] || fail "the grader left $leftovers in $TMPDIR"
exit "$failed"
