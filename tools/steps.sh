#!/bin/sh
# steps.sh SOURCE: the ladder as CMakeLists.txt has it, a line a step: the lesson, its core, its
# details, as in "03-mount rootfs.cpp mounts.cpp …".
exec awk '
  /^add_step\(/ { reading = 1; step = "" }
  reading { step = step " " $0 }
  reading && /\)/ {
    reading = 0
    gsub(/^ *add_step\( *|\).*/, "", step)
    gsub(/ +/, " ", step)
    print step
  }' "$1/CMakeLists.txt"
