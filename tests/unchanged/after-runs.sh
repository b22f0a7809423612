#!/bin/bash
# The host is as it was before: after success, and after each kind of failure.
set -euo pipefail
. "$(dirname "$0")/../support/own_host.sh"
mkdir -p /run/test/source "$rootfs/place" "$rootfs/opt"
echo x > /run/test/source/file
touch "$rootfs/place.file" "$rootfs/opt/no-x-bit"
printf '#!/no/such/interpreter\n' > "$rootfs/opt/no-interpreter"
head -c 64 /dev/zero > "$rootfs/opt/no-program"
chmod +x "$rootfs/opt/no-interpreter" "$rootfs/opt/no-program"
"$newest" run --rootfs "$rootfs" true  # whatever is made once, such as /run/lockstep
folders=(/run/test/source /run/test/work "$rootfs")
before=$(snapshot "${folders[@]}")

# leaves STATUS COMMAND…: it ends with that status, and the host is as it was before.
leaves() {
  local expected=$1
  shift
  try "$@"
  ends_with "$expected"
  (( expected == 0 )) || [[ -n $err$out ]] || fail "a failure without a word$(seen)"
  unchanged "$before" "$*" "${folders[@]}"
  before=$now
}

for step in "${steps[@]}"; do
  container=("$step" run)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  leaves 0 "${container[@]}" --hostname box --domainname box.example true
  try "${container[@]}" sh -c 'exit 3'
  ends_with 3
  try "${container[@]}" sh -c 'kill -KILL $$'
  if [[ $step == step01 ]]; then ends_with 137; else ends_with 0; fi  # PID 1 is out of its own reach
  unchanged "$before" "$tried" "${folders[@]}"
  leaves 127 "${container[@]}" no-such-program
  leaves 127 "${container[@]}" /no/such/program
  leaves 126 "${container[@]}" "/etc"
  leaves 125 "${container[@]}"
  leaves 125 "${container[@]}" --no-such-option true
  leaves 125 "${container[@]}" --hostname "$(printf 'x%.0s' {1..65})" true
  leaves 1 "$step" no-such-command
done

for step in "${steps[@]:1}"; do
  container=("$step" run)
  if has_rootfs "$step"; then container+=(--rootfs "$rootfs"); fi
  leaves 0 "${container[@]}" --id x --pid-file pid --ipc host true
  leaves 125 "${container[@]}" --id x --pid-file no/such/folder/pid true
  leaves 125 "${container[@]}" --id a/b true
  leaves 127 "${container[@]}" --id x --pid-file pid no-such-program
  leaves 127 "${container[@]}" --id x --detach no-such-program
  if static "$step"; then
    leaves 0 "${container[@]}" --id x --init sh -c 'sleep 1000 & exit 0'
    leaves 127 "${container[@]}" --id x --init no-such-program
  fi
  try "${container[@]}" --id x sh -c 'sleep 1000 & sleep 1000 & exit 0'
  unchanged "$before" "orphans inside" "${folders[@]}"
  leaves 0 sh -c "${container[*]} --id x --detach --pid-file pid sleep 1000 && $step exec x true &&
                  $step kill x KILL && sleep 0.2 && $step list && $step delete x"
  leaves 0 sh -c "${container[*]} --id x --detach sleep 1000 && $step exec --detach x sleep 1000 &&
                  $step delete --force x"
  leaves 127 sh -c "${container[*]} --id x --detach sleep 1000 && $step exec x no-such-program; status=\$?
                    $step delete --force x; exit \$status"
  for verb in kill delete ps; do leaves 1 "$step" $verb no-such-container; done
  leaves 125 "$step" exec no-such-container true
  leaves 0 "$step" delete --force no-such-container
done

for step in "${steps[@]:2}"; do
  container=("$step" run --rootfs "$rootfs")
  leaves 0 "${container[@]}" --volume /run/test/source:/place:ro --tmpfs /opt --read-only --workdir /tmp --tty=true true
  leaves 0 "${container[@]}" --volume /run/test/source/file:/place.file --mount type=tmpfs,target=/place,tmpfs-size=1m true
  leaves 0 "${container[@]}" --no-pivot --shm-size 1m --env A=b --env PATH true
  leaves 126 "${container[@]}" /opt/no-x-bit
  leaves 127 "${container[@]}" /opt/no-interpreter
  leaves 126 "${container[@]}" /opt/no-program
  leaves 125 "${container[@]}" --volume /run/test/no-such-folder:/new/place true
  leaves 125 "${container[@]}" --volume /run/test/source/file:/place true
  leaves 125 "${container[@]}" --volume /run/test/source:/place.file true
  leaves 125 "${container[@]}" --volume /run/test/source:/place:no-such-option true
  leaves 125 "${container[@]}" --volume /run/test/source:/proc/self true
  leaves 125 "${container[@]}" --tmpfs /place:no-such-option true
  leaves 125 "${container[@]}" --tmpfs /place:mode=bad true
  leaves 125 "${container[@]}" --mount type=tmpfs,target=/place,tmpfs-size=lots true
  leaves 125 "${container[@]}" --workdir /place.file true
  leaves 125 "$step" run --rootfs "$rootfs/no-such-folder" true
  leaves 125 "$step" run --rootfs "$rootfs/place.file" true
  leaves 125 "$step" run true
done
finish
