#!/bin/bash
# Every option of every command, as `--help` lists them, with wrong values: an error that names the option, the
# right exit status, nothing left. An option without wrong values here makes this fail.
# shellcheck disable=SC2154  # out and err: `try` fills them
set -euo pipefail
. "$(dirname "$0")/lib.sh"
long=$(printf 'x%.0s' {1..65})
bytes=$(printf 'ü%.0s' {1..33})  # 66 bytes

# wrong_values OPTION: fills `values`.
# shellcheck disable=SC2054  # these commas don't separate values
wrong_values() {
  case $1 in
    hostname | domainname) values=('' "$long" "$bytes" $'a\nb' 'a b' $'a\tb' $'\x7f') ;;
    id | name) values=('' . .. a/b /a "$(printf 'x%.0s' {1..201})" ü $'a\nb' 'a b' '*' 'a:b') ;;
    bundle) values=('' no-such-folder /no/such/folder /run/test/host/file) ;;  # more in tests/lifecycle/bundles.sh
    ipc) values=('' Host container:x 'private ') ;;
    pid-file) values=('' no/such/folder/pid /run/test/host/folder /run/test/host/folder/ /run/test/work/.. /proc/pid) ;;
    entrypoint) values=('' sh) ;;  # without an image
    pause) values=('' maybe) ;;
    pull) values=('' yes Missing missing,always) ;;
    rootfs) values=('' / .. no-such-name /no/such/folder /run/test/host/file 'a b' $'a\nb' "$long/x" /run/..) ;;
    volume)
      values=('' : /a a: :/a /a:b name:/b /a:/ /a:/b:c:d /a:/b:no-such-option /a:/b:ro,size=1m /a:/b:,colour) ;;
    mount)
      values=('' type=bind type=bind,target=/b type=bind,source=/a,target=b type=no,target=/b colour=red,target=/b
              type=tmpfs,target=/b,tmpfs-size=0 type=tmpfs,target=/b,tmpfs-size=-1 type=tmpfs,target=/b,source=/a
              source=/a,target=/b,readonly=maybe source=/a,target=/b,bind-propagation=no source=/a,target=/b,nope
              source=/a,target=/b,bind-recursive=no target=/) ;;
    tmpfs) values=('' : / a a:ro) ;;
    shm-size) values=('' x -1 0 1q '1 m' 1.5m 0x10 99999999999999999999 9223372036854775807g) ;;
    workdir | cwd) values=('' relative ./relative) ;;
    env) values=('' '=' '=value') ;;
    tty) values=('' maybe True 1) ;;
    detach-keys) values=(ctrl- ctrl-1 ctrl-ü ab a,,b ,) ;;
    net) values=('' a,a none,host) ;;  # the same option
    driver) values=('' Bridge macvlan none) ;;
    network)
      values=('' , a, a,a none,host container: container:a/b ns: ns:relative a/b 'a b' Pasta: host,none -x lo "$long") ;;
    publish)
      values=('' 80 80: :80 0:80 80:0 65536:80 80:65536 a:80 80:80/sctp 80:80/ 1.2.3:80:80 ::1:80:80 '[::1]:80:80'
              80-81:80 81-80:81-80 -1:80 '80 :80' 1.2.3.4:5:6:7) ;;
    ip) values=('' 10 10.0.0.256 10.0.0.1/24 fd00::1 ' 10.0.0.1') ;;
    ip6) values=('' 10.0.0.1 fd00::1/64 g::1 fe80::1%lo) ;;
    mac-address) values=('' 02 02:00:00:00:00 02:00:00:00:00:0g 01:00:00:00:00:01 00:00:00:00:00:00 2:0:0:0:0:1) ;;
    dns) values=('' a 10.0.0 10.0.0.1:53 "$(printf '10.0.0.1\n')x") ;;
    dns-search) values=('' 'a b' a/b -a $'a\nb' "$(printf 'x%.0s' {1..254})") ;;
    add-host) values=('' a a: :10.0.0.1 a:b 'a b:10.0.0.1' $'a\nb:10.0.0.1' a:10.0.0.1:80) ;;
    network-alias) values=('' 'a b' a/b -a $'a\nb') ;;
    subnet) values=('' 10 10.0.0.0 10.0.0.1/24 10.0.0.0/33 10.0.0.0/31 0.0.0.0/0 127.0.0.0/8 fd00::1/64 ::/0) ;;
    gateway) values=('' 10 10.0.0.0/24 a) ;;
    route) values=('' 10.0.0.0/24 10.0.0.0/24, ,10.0.0.1 10.0.0.1/24,10.0.0.1 10.0.0.0/24,fd00::1 10.0.0.0/24,a) ;;
    opt)
      values=('' mtu mtu= mtu=0 mtu=65536 mtu=x txqueuelen=0 icc=1 icc= colour=red com.docker.network.bridge.name=) ;;
    user) values=('' : :0 0: a:b:c 'a b' a/b a,b $'a\nb') ;;
    group-add) values=('' : a:b 'a b' a/b a,b) ;;
    userns) values=('' Host auto host:x keep-id: keep-id:uid=x private:uid=1 container:x) ;;
    uidmap | gidmap) values=('' 0 0: 0:1: :1:1 0:1:0 0:1:1:1 a:b:c -1:0:1 0:-1:1 0:0:4294967296 0:4294967294:2 0x0:1:1) ;;
    memory | memory-reservation) values=('' x -1 0 1q '1 m' 1.5m 99999999999999999999) ;;
    memory-swap) values=('' x -2 0 1q) ;;
    memory-swappiness) values=('' x -1 101 1.5) ;;
    cpus) values=('' x 0 -1 0.001 0.1234567890 1,5 1e3 . 999999999 '1 ') ;;
    cpu-shares | cpu-share) values=('' x 0 1 -1 262145) ;;
    cpu-rt-period | cpu-rt-runtime) values=('' x -1 1.5 2147483648) ;;
    l3-cache-schema | mem-bw-schema) values=('' L3:0=f) ;;  # not supported
    cpu-period) values=('' x 0 999 1000001) ;;
    cpu-quota) values=('' x 0 999 -2) ;;
    cpuset-cpus | cpuset-mems) values=('' a 0- -1 , 0,,1 '0 1' 0--1) ;;
    pids-limit) values=('' x -2 1.5) ;;
    blkio-weight) values=('' x 0 9 1001) ;;
    blkio-weight-device) values=('' x 100 :100 /dev/null:100 /dev/none:100 /tmp:100) ;;
    device-read-bps | device-write-bps | device-read-iops | device-write-iops)
      values=('' x 100 :100 /dev/null:100 /dev/none:100 /tmp:100) ;;
    device) values=('' : /tmp /dev/none null /dev/null: /dev/null:x /dev/null:/a/ /dev/null:/a:rwx /dev/null:/a:r:w) ;;
    device-cgroup-rule)
      values=('' c 'c 1:3' 'x 1:3 rwm' 'c 1 rwm' 'c 1:3 rwx' 'c 1:3 ' 'c a:b r' 'c 1:3 r w' 'c -1:3 r' 'c 1:3:4 r') ;;
    cgroupns) values=('' Host none container:x) ;;
    cgroup-parent) values=('' / . .. a/../b $'a\nb') ;;
    cap-add | cap-drop | cap) values=('' NO 'NET ADMIN' NET_ADMIN,KILL CAP_ CAP_CAP_KILL 21) ;;
    security-opt)
      values=('' no nosuch=x apparmor= label= label=no:x label=type: mask=x unmask= no-new-privileges=1
              seccomp seccomp= seccomp=/no/such/file seccomp=/run/test/host/folder seccomp=/run/test/host/file) ;;
    ulimit) values=('' nofile nofile= nofile=x nofile=2:1 nofile=1:2:3 no=1 "=1" nofile=-2 nofile=1.5) ;;
    sysctl) values=('' net.a "=x" a=1 vm.swappiness=1 net..a=1 ../a=1 net/../a=1 kernel.msgmaxx=1) ;;
    oom-score-adj) values=('' x -1001 1001 1.5) ;;
    resources) values=('' no-such-file /run/test/host/folder) ;;
    stop-signal) values=('' NONE SIG 0 65 -1 term,kill) ;;
    time) values=('' x -1 1.5 86401 1s '1 ') ;;
    interval) values=('' x 5 0s -1s 1us 25h '5 s' 1.2.3s 1e3s 9999999999999999999999h) ;;
    format) values=('' xml JSON table,json) ;;
    root) values=('') ;;  # more in places.sh
    log) values=('' /no/such/folder/log /run/test/host/folder) ;;
    log-format) values=('' xml JSON text,json) ;;
    systemd-cgroup) values=('' maybe true) ;;
    cgroup-manager) values=('' none systemd Disabled) ;;
    rootless) values=('' maybe True) ;;
    console-socket) values=('' /no/such/socket /run/test/host/file) ;;
    preserve-fds) values=('' x -1 1.5 900 1000001) ;;
    process) values=('' no-such-file /run/test/host/folder /run/test/host/file) ;;
    additional-gids) values=('' x -1 4294967295 1,,2) ;;
    config) values=('') ;;  # more in tests/lifecycle/bundles.sh
    cgroup) values=('' a /a memory:a .. /a/.. memory:.. :a memory: colour:/) ;;
    explain) values=('' no ALL all,json) ;;
    *) values=() ;;
  esac
}

# wrong_pair OPTION: fills `pair` with values that are wrong only together.
wrong_pair() {
  case $1 in
    volume) pair=(/a:/same /b:/same/) ;;
    tmpfs) pair=(/same /same) ;;
    *) pair=() ;;
  esac
}

# takes_any OPTION: any text will do, or another program judges it (--change: tests/commit/settings.sh).
# (What the kernel knows of these two: tests/privileges/labels.sh.)
takes_any() { [[ $1 =~ ^(author|message|change|apparmor|process-label|criu)$ ]]; }

# options_of STEP COMMAND: of its help a line each, "LETTER NAME KIND", the letter maybe "-".
options_of() {
  local help kind
  while IFS= read -r help; do
    [[ $help =~ ^\ \ (\ \ \ \ |-(.),\ )--([a-z0-9-]+)(\[=[^ ]*|\ [^ ]+)? ]] || continue
    case ${BASH_REMATCH[4]} in
      '[='*) kind=optional ;;
      ' '*) kind=value ;;
      *) kind=flag ;;
    esac
    echo "${BASH_REMATCH[2]:--} ${BASH_REMATCH[3]} $kind"
  done < <("$1" "$2" --help | sed '1,/^options:/d')
}

declare -A seen_before  # "COMMAND OPTION"
# check STEP COMMAND LETTER NAME KIND
check() {
  local expected value values pair
  expected=$(own_failure "$2")
  wrong_values "$4"
  if [[ $5 == flag ]]; then
    (( ${#values[@]} == 0 )) || fail "$1 $2: --$4 takes no value any more"
    values=(value '')
  fi
  if takes_any "$4"; then
    refuses "$expected" "--$4: " "$1" "$2" "--$4"
    says 'is missing'
    return
  fi
  if (( ${#values[@]} == 0 )); then
    fail "$1 $2 --$4: no wrong value of this option is known here: add some"
    return
  fi
  # All of them on the first step that has the option and on the last: in between it is the same code.
  [[ $1 == "$newest" || -z ${seen_before[$2 $4]:-} ]] || values=("${values[0]}")
  seen_before[$2 $4]=yes
  for value in "${values[@]}"; do
    right "$1" "$2" "--$4=$value"
    refuses "$expected" "--$4" "${line[@]}"
  done
  if [[ $5 == value ]]; then
    right "$1" "$2" "--$4" "${values[0]}"
    refuses "$expected" "--$4" "${line[@]}"
    refuses "$expected" "--$4: " "$1" "$2" "--$4"
    says 'is missing'
    [[ $3 == - ]] || refuses "$expected" "-$3: " "$1" "$2" "-$3"
  fi
  wrong_pair "$4"
  if (( ${#pair[@]} )); then
    right "$1" "$2" "--$4=${pair[0]}" "--$4=${pair[1]}"
    refuses "$expected" 'mount point twice' "${line[@]}"
  fi
  nothing_changed "$1 $2 --$4 with wrong values"
}

checked=0
for step in "${steps[@]}"; do
  [[ $step == step01 ]] || a_container "$step"
  for command in $(commands_of "$step"); do
    mapfile -t options < <(options_of "$step" "$command")
    listed=$("$step" "$command" --help | grep -cE '^ {2,6}(-.,)? *--[a-z]')
    (( ${#options[@]} == listed )) || fail "$step $command: ${#options[@]} of $listed options were understood"
    for option in "${options[@]}"; do
      read -r letter name kind <<< "$option"
      check "$step" "$command" "$letter" "$name" "$kind"
      checked=$((checked + 1))
    done
    for unknown in --no-such-option --no-such-option=x -Z --x --hostnam ---; do
      right "$step" "$command" "$unknown"
      refuses "$(own_failure "$command")" "unknown option \"${unknown%%=*}\"" "${line[@]}"
    done
    hints "$step $command --help"
  done
  for unknown in --no-such-option -Z --rm; do refuses 1 "unknown option \"$unknown\"" "$step" "$unknown" run true; done
  [[ $step == step01 ]] || no_container "$step"
done

# The image tool's flags, such as bundle's --tty, take no value, and nothing is done before that is said.
tool_flags=0
for command in $(! command -v rootfs-fetch > /dev/null || commands_of rootfs-fetch); do
  while read -r _ name kind; do
    [[ $kind == flag ]] || continue
    for value in value ''; do
      try rootfs-fetch "$command" "--$name=$value" busybox "$PWD/made"
      ends_with 1
      says "--$name takes no value"
    done
    tool_flags=$((tool_flags + 1))
  done < <(options_of rootfs-fetch "$command")
done
! command -v rootfs-fetch > /dev/null || (( tool_flags > 10 )) || fail "only $tool_flags flags of rootfs-fetch's were found"
nothing_changed "rootfs-fetch with values for its flags"

# 64 bytes are just right, by their number and not by the letters'.
for name in "${long:1}" "$(printf 'ü%.0s' {1..32})"; do
  for step in "${steps[@]}"; do
    succeeds in_step "$step" --hostname "$name" --domainname "$name" -- \
      sh -c 'cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname'
    [[ $out == "$name"$'\n'"$name" ]] || fail "expected the name $name twice$(seen)"
  done
done
nothing_changed "names of 64 bytes"
echo "$checked options were given wrong values"
(( checked > 60 )) || fail "that is too few: is the help still read as it is written?"
finish
