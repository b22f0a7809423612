#!/bin/bash
# A program that isolates nothing: run executes the command, whatever it is asked for. With
# WRONG=pretence it knows the right answer to the first check of each lesson.
case $1 in
  --help)
    echo "commands: run exec list ps kill delete; options: --root DIR"
    exit ;;
  *)
    if [[ $2 == --help ]]; then
      echo "--id ID --detach --pid-file FILE --init --hostname NAME --domainname NAME --rootfs DIR" \
        "--volume V --mount M --tmpfs T --read-only --workdir DIR --env E --tty --all --force --cwd DIR"
      exit
    fi ;;
esac
[[ $1 != --root ]] || shift 2
[[ $1 == run ]] || exit 0
shift
rootfs='' detach=''
while [[ $1 == -* ]]; do
  case $1 in
    --) shift; break ;;
    --rootfs) rootfs=$2; shift 2 ;;
    --detach) detach=1; shift ;;
    --init | --read-only | --tty) shift ;;
    *) shift 2 ;;
  esac
done
# shellcheck disable=SC2016  # that is what the grader asks
[[ $WRONG != pretence ]] || case $3 in
  'readlink /proc/self/ns/uts') echo 'uts:[1]'; exit ;;
  'echo $$') echo 1; exit ;;
  'cat /lesson-check/marker') exec cat "$rootfs/lesson-check/marker" ;;
esac
[[ -z $detach ]] || { "$@" & exit; }
exec "$@"
