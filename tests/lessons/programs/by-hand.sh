#!/bin/sh
# A learner's own step 03, of unshare(1) and mount(8): what the grader must be able to grade. It has
# each lesson's core and few details. With WRONG=… it has one mistake of those that learners make.
state=/run/by-hand

usage() {
  echo "usage: by-hand.sh [--root DIR] run|exec|list|kill|delete …"
  [ "$1" != run ] || echo "options: --hostname NAME, --rootfs DIR, --id ID, --detach"
  exit "${2:-0}"
}

# In the new namespaces, as process 1. Arguments: state file, host name, rootfs, command.
# shellcheck disable=SC2016  # it is expanded there
inside='
  set -e
  name=$2 root=$3
  [ -z "$1" ] || { read -r pid _ < /proc/self/stat; echo "$pid" > "$1"; }
  shift 3
  [ -z "$name" ] || hostname "$name"
  if [ -n "$root" ]; then
    [ "$WRONG" = shared-mounts ] || mount --make-rslave /
    mount --rbind "$root" "$root"
    cd "$root"
    [ "$WRONG" = host-proc ] && mount --rbind /proc proc || mount -t proc proc proc
    mount --rbind /dev dev
    case $WRONG in
      chroot | shared-mounts) exec chroot . env PATH=/bin "$@" ;;
    esac
    pivot_root . .
    export PATH=/bin
    umount -l .
    cd /
  fi
  set +e
  exec "$@"
'

run() {
  id='' name='' root='' detach=''
  while :; do
    case $1 in
      --hostname) name=$2; shift 2 ;;
      --rootfs) root=$2; shift 2 ;;
      --id) id=$2; shift 2 ;;
      --detach) detach=1; shift ;;
      --) shift; break ;;
      -*) echo "run: unknown option $1" >&2; exit 125 ;;
      *) break ;;
    esac
  done
  [ $# -gt 0 ] || usage run 125 >&2
  if [ -n "$id" ]; then
    mkdir -p "$state"
    case $WRONG in
      late-id) sleep 0.1; mkdir -p "$state/$id" ;;
      *) mkdir "$state/$id" || exit 125 ;;
    esac
  fi
  uts=--uts ipc=--ipc pid='--pid --fork --kill-child'
  [ "$WRONG" != no-uts ] || uts=
  [ "$WRONG" != no-ipc ] || ipc=
  [ "$WRONG" != no-pid ] || pid=
  # shellcheck disable=SC2086  # each is several words, or none
  set -- unshare $uts $ipc $pid ${root:+--mount --propagation unchanged} \
    sh -c "$inside" inside "${id:+$state/$id/pid}" "$name" "$root" "$@"
  if [ -n "$detach" ]; then
    setsid "$@" &
    while [ ! -s "$state/$id/pid" ]; do sleep 0.01; done
  elif [ "$WRONG" = no-status ]; then
    "$@"
    exit 0
  else
    exec "$@"
  fi
}

pid_of() {
  cat "$state/$1/pid" 2> /dev/null || { echo "no container $1" >&2; exit 1; }
}

list() {
  for folder in "$state"/*; do
    [ -e "$folder/pid" ] || continue
    pid=$(cat "$folder/pid")
    status=stopped
    ! kill -0 "$pid" 2> /dev/null || status=running
    echo "${folder##*/} $pid $status"
  done
}

delete() {
  [ "$1" != --force ] || { shift; kill -KILL "$(pid_of "$1")" 2> /dev/null; }
  pid=$(pid_of "$1") || exit 1
  ! kill -0 "$pid" 2> /dev/null || { echo "$1 runs" >&2; exit 1; }
  rm -r "${state:?}/$1"
}

[ "$1" != --root ] || { state=$2; shift 2; }
[ $# -gt 0 ] || usage '' 1
command=$1
shift
[ "$1" != --help ] || usage "$command"
case $command in
  --help) usage ;;
  run) run "$@" ;;
  list) list ;;
  exec)
    pid=$(pid_of "$1") || exit 1
    shift
    [ "$WRONG" != lonely-exec ] || exec "$@"
    exec nsenter --target "$pid" --uts --ipc --pid --mount --root --wd "$@" ;;
  kill) kill -"${2:-TERM}" "$(pid_of "$1")" ;;
  delete) delete "$@" ;;
  *) usage '' 1 ;;
esac
