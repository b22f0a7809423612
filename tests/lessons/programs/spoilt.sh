#!/bin/bash
# The step $STEP with the one mistake $WRONG, to see that the grader finds that one.
command=
for word in "$@"; do
  if [[ $word == run || $word == delete ]]; then
    command=$word
    break
  fi
done

# Puts words behind the command's name.
with() {
  local before=()
  while [[ $1 != "$command" ]]; do
    before+=("$1")
    shift
  done
  shift
  exec "$STEP" "${before[@]}" "$command" "${more[@]}" "$@"
}

[[ " $* " != *" --help "* ]] || exec "$STEP" "$@"
case $command-$WRONG in
  run-shared-ipc) more=(--ipc host); with "$@" ;;
  run-flat-map) more=(--uidmap 0:0:65536); with "$@" ;;
  run-mapped-volumes)
    words=()
    for word in "$@"; do [[ $word != *:/lesson-check/volume ]] || word+=:idmap; words+=("$word"); done
    exec "$STEP" "${words[@]}" ;;
  run-always-root)
    words=()
    for word in "$@"; do [[ ${words[*]: -1} != --user ]] || word=0; words+=("$word"); done
    exec "$STEP" "${words[@]}" ;;
  run-no-status)
    "$STEP" "$@"
    status=$?
    exit $((status > 2 && status < 125 ? 0 : status)) ;;
  run-lazy-init)
    words=() found=
    for word in "$@"; do
      if [[ $word == --init ]]; then
        found=1
        continue
      fi
      [[ -z $found || $word != sh && $word != no-such-command ]] || { words+=("$LAZY_INIT"); found=; }
      words+=("$word")
    done
    exec "$STEP" "${words[@]}" ;;
  run-leftover)
    if [[ " $* " == *" --detach "* ]]; then sleep 20 > /dev/null 2>&1 & fi
    exec "$STEP" "$@" ;;
  delete-ruthless) more=(--force); with "$@" ;;
  run-writable)
    words=()
    for word in "$@"; do words+=("${word/%:ro/}"); done
    exec "$STEP" "${words[@]}" ;;
  run-endless-memory)
    exec "$STEP" "${@/#\/lesson-check\/tmpfs:size=1m/\/lesson-check\/tmpfs}" ;;
  *) exec "$STEP" "$@" ;;
esac
