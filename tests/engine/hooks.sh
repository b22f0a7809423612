#!/bin/bash
# Hooks: each at its moment, in its namespaces, with the container's state on standard input and nothing of the
# runtime's beside; what becomes of a container whose hook fails; and those of a container whose runtime was killed.
# shellcheck disable=SC2016,SC2119,SC2154  # hooks expand them; `try` fills out, err and status
set -euo pipefail
. "$(dirname "$0")/lib.sh"
log=/run/test/work/log
mkdir "$log"
readonly kMoments='prestart createRuntime createContainer startContainer poststart poststop'

# What most hooks are: NAME tells what it sees, in files of that name. The container's has its own copy, on its output.
cat > /run/test/work/hook <<'H'
#!/bin/sh
log=/run/test/work/log
echo "$1" >> $log/order
cat > $log/$1.state
tr '\0' '\n' < /proc/self/environ > $log/$1.environ
ls /proc/self/fd > $log/$1.fd
readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/uts > $log/$1.namespaces
pwd > $log/$1.folder
echo "$0 $*" > $log/$1.arguments
H
chmod +x /run/test/work/hook

# hook MOMENT [FILTER]: appends one that tells, with what FILTER changes.
hook() {
  config ".hooks.$1 += [{path: \"/run/test/work/hook\", args: [\"hook\", \"$1\"], env: [\"WHO=$1\", \"PATH=/bin:/usr/bin\"]} ${2:+| $2}]"
}
# shell MOMENT COMMAND [FILTER]: appends one that runs COMMAND.
shell() {
  config ".hooks.$1 += [{path: \"/bin/sh\", args: [\"sh\", \"-c\", $(jq --null-input --arg it "$2" '$it')], env: [\"PATH=/bin:/usr/bin\"]} ${3:+ | $3}]"
}
state_of() { jq -r ".$2" "$log/$1.state"; }
told() { [[ $(state_of "$1" "$2") == "$3" ]] || fail "$1: expected .$2 to be $3: $(< "$log/$1.state")"; }
order() { tr '\n' ' ' < "$log/order"; }
clear_log() { rm -f "$log"/*; : > "$log/order"; }
called() { [[ $(order) == "$1 " ]] || fail "${2:-expected the hooks} $1, called were: $(order)"; }
not_called() { ! grep -qx "$1" "$log/order" || fail "$2: $1 was called"; }

# A container's life, verb by verb.
new_config "$step" sleep 60
config '.annotations["a.b"] = "c" | .root.readonly = false'
for moment in prestart createRuntime createContainer poststart poststop; do hook "$moment"; done
shell startContainer 'cat > /tmp/state; grep CapEff /proc/self/status > /tmp/powers; readlink /proc/self/ns/mnt > /tmp/namespace; ls /proc/self/fd > /tmp/fd; pwd > /tmp/folder' \
  '.env += ["WHO=startContainer"]'
config '.process.capabilities.bounding = ["CAP_KILL"] | .process.capabilities.effective = ["CAP_KILL"] | .process.capabilities.permitted = ["CAP_KILL"]'
clear_log
creates --bundle "$bundle" x
called 'prestart createRuntime createContainer' 'after create:'
shows created
[[ ! -e $rootfs/tmp/state ]] || fail 'startContainer was called by create'
first=$(pid)
hosts=$(readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/uts)
containers=$(readlink "/proc/$first/ns/mnt" "/proc/$first/ns/pid" "/proc/$first/ns/uts")
for moment in prestart createRuntime; do
  told "$moment" status creating
  told "$moment" pid "$first"
  [[ $(< "$log/$moment.namespaces") == "$hosts" ]] || fail "$moment: not in the runtime's namespaces: $(< "$log/$moment.namespaces")"
done
told createContainer status creating
told createContainer pid 1
[[ $(< "$log/createContainer.namespaces") == "$containers" ]] || fail "createContainer: not in the container's namespaces"
succeeds "$step" start x
called 'prestart createRuntime createContainer poststart' 'after start:'
told poststart status running
told poststart pid "$first"
[[ $(< "$log/poststart.namespaces") == "$hosts" ]] || fail 'poststart: not in the runtime'"'"'s namespaces'
inside=$rootfs/tmp
[[ $(jq -r '.status, .pid' "$inside/state" | tr '\n' ' ') == 'created 1 ' ]] || fail "startContainer: $(< "$inside/state")"
[[ $(< "$inside/namespace") == "$(readlink "/proc/$first/ns/mnt")" ]] || fail 'startContainer: not in the container'
[[ $(< "$inside/powers") == *$'\t0000000000000020' ]] || fail "startContainer: more than the container's powers: $(< "$inside/powers")"
[[ $(tr '\n' ' ' < "$inside/fd") == '0 1 2 3 ' ]] || fail "startContainer: descriptors are left: $(< "$inside/fd")"  # 3 is ls's own
"$step" kill x KILL
becomes stopped
succeeds "$step" delete x
called 'prestart createRuntime createContainer poststart poststop' 'after delete:'
told poststop status stopped
for moment in prestart createRuntime createContainer poststart poststop; do
  told "$moment" id x
  told "$moment" bundle "$bundle"
  told "$moment" 'annotations["a.b"]' c
  told "$moment" ociVersion 1.3.0
  [[ $(< "$log/$moment.environ") == $'WHO='"$moment"$'\nPATH=/bin:/usr/bin' ]] || fail "$moment: environment: $(< "$log/$moment.environ")"
  [[ $(tr '\n' ' ' < "$log/$moment.fd") == '0 1 2 3 ' ]] ||  # 3 is ls's own
    fail "$moment: descriptors are left: $(< "$log/$moment.fd")"
  [[ $(< "$log/$moment.folder") == "$bundle" ]] || fail "$moment: in $(< "$log/$moment.folder")"
done
rm -f "$inside"/*

# The tree stands, and isn't entered; the state can be asked for; a hook's network is the container's.
new_config "$step" sh -c 'echo program'
shell createRuntime 'pid=$(sed -n "s/.*\"pid\": \([0-9]*\).*/\1/p"); grep -q "/run/test/rootfs/proc " /proc/$pid/mountinfo || exit 3; [ "$(readlink /proc/$pid/root)" = / ] || exit 4
  [ "$('"$step"' state x | jq -r .status)" = creating ] || exit 5; [ "$('"$step"' state x | jq -r .pid)" = $pid ] || exit 6; '"$step"' kill x KILL && exit 7; exit 0' '.env[0] += ":/usr/local/bin:/run/test/bin"'
shell createContainer '[ $$ != 1 ] && [ -e /run/test/work/hook ] && mount -t tmpfs hooks /run/test/rootfs/mnt && echo made > /run/test/rootfs/mnt/here'
config '.process.args = ["cat", "/mnt/here"]'
runs
prints made
! grep -q ' hooks ' /proc/self/mountinfo || fail 'a mount of createContainer'"'"'s is on the host'

# `run`: all of them, in that order; startContainer says so on the container's own output.
new_config "$step" sh -c 'echo program'
for moment in prestart createRuntime createContainer poststart poststop; do hook "$moment"; done
shell startContainer 'echo startContainer'
clear_log
runs
[[ $out == $'startContainer\nprogram' ]] || fail "expected the hook's word, then the program's: $out"
called 'prestart createRuntime createContainer poststart poststop' 'run:'
no_containers

# In the order of the list; exec calls none.
new_config "$step" sleep 60
for name in one two three; do
  for moment in createRuntime poststop; do shell "$moment" "echo $name >> $log/order"; done
done
clear_log
try "$step" run --detach --bundle "$bundle" x
called 'one two three'
succeeds "$step" exec x true
called 'one two three' 'after exec:'
succeeds "$step" delete --force x
called 'one two three one two three' 'after delete --force:'

# With users of its own.
new_config "$step" sh -c 'echo program'
config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
chmod 755 /run/test
chmod 777 "$log"
for moment in prestart createRuntime createContainer poststart poststop; do shell "$moment" "echo $moment >> $log/order"; done
clear_log
chmod 666 "$log/order"
runs
called 'prestart createRuntime createContainer poststart poststop' 'with a user namespace:'
chmod 700 /run/test

# One that fails: an error by its place, the container is gone, those behind it aren't called, poststop is.
for moment in $kMoments; do
  new_config "$step" sh -c "echo program >> $log/order"
  hook poststop
  shell "$moment" 'exit 3'
  [[ $moment == startContainer ]] || hook "$moment"
  clear_log
  case $moment in
    prestart | createRuntime | createContainer)
      refuses 1 "hooks.${moment}[0]: \"/bin/sh\": it exited with 3" "$step" create --bundle "$bundle" x
      not_called "$moment" "after one that failed";;
    startContainer | poststart)
      creates --bundle "$bundle" x
      refuses 1 "hooks.${moment}[0]: \"/bin/sh\": it exited with 3" "$step" start x
      not_called "$moment" "after one that failed";;
    poststop)
      creates --bundle "$bundle" x
      succeeds "$step" start x
      becomes stopped
      try "$step" delete x
      ends_with 0
      says 'hooks.poststop[1]: "/bin/sh": it exited with 3'
      [[ $(order) == 'poststop poststop ' ]] || fail "those behind it weren't called: $(order)";;
  esac
  grep -qx poststop "$log/order" || fail "$moment failed, and poststop wasn't called: $(order)"
  no_containers
  nothing_left "$moment failed"
  try "$step" run --bundle "$bundle" x
  [[ $moment == poststop || $status == 125 ]] || fail "run, though $moment fails$(seen)"
  no_containers
done

# One that isn't there, can't be run, is killed, takes too long.
new_config "$step" true
config '.hooks.createRuntime = [{path: "/no/such/hook"}]'
refuses 1 'hooks.createRuntime[0]: "/no/such/hook": execve("/no/such/hook"' "$step" create --bundle "$bundle" x
says 'No such file or directory (ENOENT)'
config '.hooks.createRuntime = [{path: "/etc/passwd"}]'
refuses 1 '(EACCES)' "$step" create --bundle "$bundle" x
config '.hooks = {createContainer: [{path: "/bin/sh", args: ["sh", "-c", "kill -9 $$"]}]}'
refuses 1 'it was killed by SIGKILL' "$step" create --bundle "$bundle" x
for moment in createRuntime createContainer startContainer; do
  config 'del(.hooks)'
  shell "$moment" 'exec sleep 77' '.timeout = 1'
  try "$step" run --bundle "$bundle" x
  ends_with 125
  says "hooks.${moment}[0]: \"/bin/sh\": it took longer than its timeout of 1 s, and was ended"
  ! pgrep -f 'sleep 77' > /dev/null || fail "$moment: it lives on"
done
no_containers

# One that leaves a program behind is not waited for, whatever that holds open.
new_config "$step" true
shell createRuntime 'sleep 55 & echo left'
before=$SECONDS
"$step" run --bundle "$bundle" x > /run/test/said 2>&1 < /dev/null
(( SECONDS - before < 20 )) || fail 'it waited for what a hook left behind'
pkill -f 'sleep 55' || fail 'what a hook leaves behind was ended'

# The runtime is killed while a hook works: the container ends, what is left can be cleared, and poststop is called.
new_config "$step" true
shell createRuntime "echo createRuntime >> $log/order; sleep 44"
hook poststop
clear_log
"$step" create --bundle "$bundle" x > /dev/null 2>&1 < /dev/null &
runtime=$!
disown
eventually grep -qx createRuntime "$log/order" || fail 'the hook was not called'
kill -9 "$runtime"
pkill -f 'sleep 44' || true
refuses 1 'is creating' "$step" delete x
succeeds "$step" delete --force x
called 'createRuntime poststop' 'after a kill:'
no_containers
nothing_left 'a killed runtime'

# What isn't a hook.
wrong() { new_config "$step" true; config "$1"; refused "$2"; }
wrong '.hooks.prestart = [{}]' 'hooks.prestart[0].path: is required'
wrong '.hooks.prestart = [{path: "true"}]' 'hooks.prestart[0].path: expected an absolute path'
wrong '.hooks.poststop = [{path: "/bin/true", timeout: 0}]' 'hooks.poststop[0].timeout: expected an integer from 1'
wrong '.hooks.poststop = [{path: "/bin/true", timeout: -1}]' 'hooks.poststop[0].timeout: expected an integer from 1'
wrong '.hooks.poststart = [{path: "/bin/true", env: ["NAME"]}]' 'hooks.poststart[0].env[0]: expected NAME=value'
wrong '.hooks.poststart = {}' 'hooks.poststart: expected an array'
wrong '.hooks = [1]' 'hooks: expected an object'
finish
