#!/bin/bash
# Container IDs that are none, containers that are not there or not in the state that is needed, arguments that
# are missing or too many, commands that don't exist.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
longest=$(printf 'x%.0s' {1..200})
no_ids=('' . .. a/b /a ../x "x$longest" ü $'a\nb' 'a b' $'\e[31m' '*')

for step in "${steps[@]}"; do
  refuses 1 'unknown command "no-such-command"' "$step" no-such-command
  hints "$step --help"
  refuses 1 'unknown command ""' "$step" ''
  refuses 1 'unknown command "Run"' "$step" Run true
  try "$step"
  ends_with 1
  prints "usage: $step COMMAND"
  if has_rootfs "$step"; then own=(--rootfs "$rootfs"); else own=(); fi
  refuses 125 'a command is missing' "$step" run "${own[@]}"
  refuses 125 'a command is missing' "$step" run "${own[@]}" --
  refuses 127 '"": ' "$step" run "${own[@]}" ''
done
for command in list ps kill delete exec; do
  refuses 1 "unknown command \"$command\"" step01 "$command" x
done
nothing_changed "wrong commands"

for step in "${steps[@]:1}"; do
  for id in "${no_ids[@]}"; do
    for command in run exec ps kill delete; do
      line=("$step" "$command" "$id")
      [[ $command != exec ]] || line+=(true)
      [[ $command != run ]] || right "$step" run --id "$id"
      refuses "$(own_failure "$command")" ' is no container ID' "${line[@]}"
      hints '1 to 200 of the characters'
    done
    refuses 1 ' is no container ID' "$step" delete --force "$id"
  done
  nothing_changed "$step with IDs that are none"
  succeeds in_step "$step" --id "$longest" -- true

  for command in ps kill delete; do refuses 1 'container "gone" does not exist' "$step" "$command" gone; done
  refuses 125 'container "gone" does not exist' "$step" exec gone true
  hints list
  succeeds "$step" delete --force gone
  refuses 1 'ID is needed' "$step" ps
  refuses 1 'ID is needed' "$step" kill
  refuses 1 'ID is needed' "$step" delete
  refuses 125 'ID and a command are needed' "$step" exec
  refuses 1 'unexpected "gone"' "$step" list gone

  a_container "$step"
  refuses 125 'ID and a command are needed' "$step" exec x
  try "$step" ps x x  # the second is an option of ps's
  [[ $status == 0 && $out == *PID* ]] || fail "ps with an option of ps's$(seen)"
  refuses 1 'a signal may follow' "$step" kill x TERM TERM
  for signal in '' NO SIGNO 0 65 -9 9x RTMIN+99 ' 9'; do
    refuses 1 "\"$signal\" is no signal" "$step" kill -- x "$signal"
    hints 'a number from 1 to 64'
  done
  right "$step" run --id x
  refuses 125 'container "x" exists already' "${line[@]}"
  hints 'delete x'
  refuses 1 'container "x" is running' "$step" delete x
  hints 'delete --force x'
  refuses 1 'container "x" is running' "$step" delete x gone
  nothing_changed "$step with a container that runs"

  "$step" kill x KILL
  is_stopped() { [[ $("$step" list) == *stopped* ]]; }
  eventually is_stopped || fail "$step: x does not stop"
  host_before=$(snapshot "${watched[@]}")
  refuses 1 'container "x" is stopped' "$step" kill x
  refuses 1 'container "x" is stopped' "$step" kill --all x KILL
  refuses 1 'container "x" is stopped' "$step" ps x
  refuses 125 'container "x" is stopped' "$step" exec x true
  refuses 125 'container "x" is stopped' "$step" exec --detach --pid-file pid x true
  refuses 125 'container "x" exists already' "${line[@]}"
  nothing_changed "$step with a container that is stopped"
  no_container "$step"
done
finish
