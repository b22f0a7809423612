#!/bin/bash
# unroll.sh SOURCE BUILD: writes the unrolled ladder.
#   BUILD/ladder/NN-…   each step as a complete project: container.cpp, main.cpp, the features up to
#                       its own, common/, CMakeLists.txt; the same bytes as in SOURCE
#   BUILD/ladder.git    a bare repository, one commit a step, tagged step01, step02, …
# Runs at each build, so it ends at once when nothing has changed.
set -euo pipefail
shopt -s nullglob
source=$(realpath "$1") build=$(realpath "$2")

mapfile -t features < <("$source/tools/steps.sh" "$source")
lessons=("${features[@]%% *}")

# Whether there is anything to do: the list of inputs and their bytes.
inputs() { (cd "$source" && find common steps CMakeLists.txt tools -type f -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum); }
stamp=$(inputs | sha256sum)
[[ -d $build/ladder.git && $(cat "$build/ladder/.stamp" 2> /dev/null) == "$stamp" ]] && exit 0

write_step() {  # INDEX FOLDER
  local index=$1 folder=$2 lesson=${lessons[$1]} i
  mkdir -p "$folder"
  cp -Rp "$source/common" "$folder/common"
  cp -p "$source/steps/$lesson/container.cpp" "$source/steps/$lesson/main.cpp" "$folder"
  {
    echo 'cmake_minimum_required(VERSION 3.25)'
    echo 'project(lockstep LANGUAGES CXX)'
    echo 'include(common/lockstep.cmake)'
    echo
    for (( i = 0; i <= index; ++i )); do
      echo "add_feature(${features[i]})"
    done
    echo 'add_story(.)'
  } > "$folder/CMakeLists.txt"
  cat > "$folder/README.md" <<'README'
One step of lockstep, complete: container.cpp tells it, main.cpp has its commands, each NN-… folder is one lesson.
Copy the folder and build the copy: `cmake -B b && make -C b` makes b/stepNN. The step before lies beside this one.
README
  for (( i = 0; i <= index; ++i )); do
    cp -Rp "$source/steps/${lessons[i]}" "$folder"
    rm "$folder/${lessons[i]}"/{container,main}.cpp
  done
}

# The commits' names, dates and hashes depend on the sources alone.
ladder_git() {
  env -u GIT_INDEX_FILE GIT_DIR="$git" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
    GIT_AUTHOR_NAME=lockstep GIT_AUTHOR_EMAIL=lockstep@localhost \
    GIT_COMMITTER_NAME=lockstep GIT_COMMITTER_EMAIL=lockstep@localhost \
    GIT_AUTHOR_DATE='2000-01-01T00:00:00Z' GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' \
    git -c core.autocrlf=false -c core.safecrlf=false "$@"
}

commit_step() {  # FOLDER: a commit of exactly its files, on top of the one before
  local folder=$1 lesson=${1##*/}
  ladder_git -C "$folder" --work-tree=. add --all --force .
  ladder_git commit --quiet --message "$lesson"
  ladder_git tag --force "step${lesson%%-*}" > /dev/null
}

new=$build/ladder.new
git=$new/.git
rm -rf "$new"
mkdir -p "$new"
for index in "${!lessons[@]}"; do
  write_step "$index" "$new/${lessons[index]}"
done
if command -v git > /dev/null; then
  ladder_git init --quiet --initial-branch=ladder --template= "$new"
  for lesson in "${lessons[@]}"; do
    commit_step "$new/$lesson"
  done
  ladder_git config core.bare true
  rm -rf "$git/index" "$build/ladder.git"
  mv "$git" "$build/ladder.git"
else
  echo "unroll: git is missing, so there is no $build/ladder.git (make deps installs it)" >&2
fi
echo "$stamp" > "$new/.stamp"
rm -rf "$build/ladder"
mv "$new" "$build/ladder"
