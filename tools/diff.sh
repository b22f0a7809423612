#!/bin/bash
# diff.sh NN [full]: what step NN adds: the difference of its container.cpp and main.cpp to the step
# before, then the core of its lesson; full: the details too.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t steps < <(tools/steps.sh .)
index=-1
for i in "${!steps[@]}"; do
  [[ ${steps[i]%%-*} == "$1" ]] && index=$i
done
if (( index < 0 )); then
  echo "diff: there is no step '$1'; there are: ${steps[*]%% *}" >&2
  exit 1
fi
read -r lesson core details <<< "${steps[index]}"

bold='' plain='' color=never
if [[ -t 1 ]]; then
  bold=$'\e[1m' plain=$'\e[0m' color=always
fi

difference() {  # exits 1 where there is one, which is no failure
  git --no-pager -c core.attributesFile=/dev/null diff --no-index --color="$color" -- "$1" "$2" || true
}

show_source() {  # the header, then the source
  local file
  for file in "steps/$lesson/${1%.cpp}.hpp" "steps/$lesson/$1"; do
    [[ -e $file ]] || continue
    printf '\n%s===== %s%s\n\n' "$bold" "$file" "$plain"
    cat "$file"
  done
}

show() {
  local file source before=/dev/null
  for file in container.cpp main.cpp; do
    (( index == 0 )) || before=steps/${steps[index - 1]%% *}/$file
    difference "$before" "steps/$lesson/$file"
  done
  show_source "$core"
  if [[ ${2:-} == full ]]; then
    for source in $details; do
      show_source "$source"
    done
  elif [[ $details ]]; then
    printf '\n%sThe details of this lesson: %s (FULL=1 shows them)%s\n' "$bold" "$details" "$plain"
  fi
}

if [[ -t 1 ]] && command -v less > /dev/null; then
  show "$@" | less -RFX
else
  show "$@"
fi
