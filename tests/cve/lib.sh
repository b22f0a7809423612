# For the exploits: a host of their own, a bundle for the newest step, exploit-helper in its rootfs. The container's root is the
# host's, the worst case, unless a script says otherwise.
# shellcheck shell=bash disable=SC2034

. "${BASH_SOURCE[0]%/*}/../lifecycle/lib.sh"
step=$newest
cp /run/test/bin/exploit-helper "$rootfs/bin/exploit"
cp /run/test/bin/attacker-helper "$rootfs/bin/attacker"
canary=/run/test/canary
mkdir -p $canary/folder
echo 'of the host' > $canary/file
"$step" run --rootfs "$rootfs" true  # whatever is made once, such as /run/lockstep

# evil_config COMMAND…: a config.json whose container's root is the host's, with all that root may.
evil_config() {
  new_config "$step" "$@"
  config 'del(.linux.namespaces[] | select(.type == "user")) | del(.linux.uidMappings, .linux.gidMappings, .linux.seccomp) |
    .root.readonly = false | .root.path = "'"$rootfs"'" | .process.noNewPrivileges = false'
}

# powers NAME…: these capabilities, in all sets that a process of root's uses.
powers() {
  local names
  names=$(jq --compact-output --null-input '$ARGS.positional' --args -- "$@")
  config ".process.capabilities = {bounding: $names, effective: $names, permitted: $names}"
}

# untouched WHAT: the host is as it was in $before.
untouched() { unchanged "$before" "$1" $canary; }
