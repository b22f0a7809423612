# For the tests of a container's life: a host of their own, a bundle on it, and what can be said of a container.
# Then: $bundle is a bundle's folder, and `config` changes its config.json; `lifecycle_steps` are the steps that have
# bundles.
# shellcheck shell=bash disable=SC2034  # they are used by the scripts that read this

declare -F build_own_host > /dev/null || . "${BASH_SOURCE[0]%/*}/../support/own_host.sh"
command -v jq > /dev/null || skip "jq is missing: make deps-test installs it"
mapfile -t lifecycle_steps < <(for step in "${steps[@]}"; do [[ $("$step" --help) != *'  create '* ]] || echo "$step"; done)
(( ${#lifecycle_steps[@]} )) || skip "no step has a life cycle"
bundle=/run/test/work/bundle
mkdir "$bundle"
ln -s "$rootfs" "$bundle/rootfs"

# new_config STEP [COMMAND…]: a config.json as the step's `spec` writes it, for COMMAND without a terminal.
new_config() {
  local command
  rm -f "$bundle/config.json"
  succeeds "$1" spec --bundle "$bundle"
  shift
  command=$(jq --compact-output --null-input '$ARGS.positional' --args -- "$@")
  config ".process.terminal = false | .process.args = $command"
}

# config FILTER: changes it as jq's FILTER says.
config() {
  jq "$1" "$bundle/config.json" > /run/config.json
  mv /run/config.json "$bundle/config.json"
}

# is STATUS [ID]: the container's, as `state` tells it. (An ID that isn't given is "x", here as below.)
is() { [[ $("$step" state "${2:-x}" 2> /dev/null | jq -r .status) == "$1" ]]; }
shows() { is "$@" || fail "$step: expected ${2:-x} to be $1: $("$step" state "${2:-x}" 2>&1)"; }
becomes() { eventually is "$@" || fail "$step: expected ${2:-x} to become $1: $("$step" state "${2:-x}" 2>&1)"; }
pid() { "$step" state x | jq .pid; }
no_containers() { [[ -z $("$step" list -q) ]] || fail "$step: containers are left: $("$step" list)"; }

# creates OPTION… ID [COMMAND…]: without a word. (Its output goes to a file, for the container holds on to it.)
creates() {
  "$step" create "$@" > /run/test/said 2>&1 < /dev/null || fail "$step create $*: $(< /run/test/said)"
  [[ ! -s /run/test/said ]] || fail "$step create $*: expected no word: $(< /run/test/said)"
}
