# For the tests of what an engine's config.json may ask for: $step is the complete runtime, on a host of its own.
# shellcheck shell=bash disable=SC2034,SC2154  # they are used by the scripts that read this, or come from lib.sh

. "${BASH_SOURCE[0]%/*}/../lifecycle/lib.sh"
step=$newest
[[ $("$step" --help) == *'  features '* ]] || skip "no step is a complete runtime"

# runs [ID]: the bundle, to its end.
runs() {
  try "$step" run --bundle "$bundle" "${1:-x}"
  [[ $status == 0 ]] || fail "it should run$(seen)"
}

# refused TEXT: the bundle, by create, for one reason; and nothing stays.
refused() {
  refuses 1 "$1" "$step" create --bundle "$bundle" x
  no_containers
}
