# Packages that this machine's own apt doesn't know: those of another architecture, or of another suite. They come from the
# mirrors that the machine has already, through lists in a folder of ours; nothing of its own apt and dpkg changes, and what is
# fetched is unpacked, never installed.
# shellcheck shell=bash

# own_apt FOLDER ARCHITECTURE [SUITE]: sets `apt`, an apt-get's options, with which it knows that architecture's packages; those of
# the machine's own suites, or of SUITE alone. Its lists stay in the folder, and are fetched again when they are a day old.
own_apt() {
  local folder=$1 arch=$2 suite=${3:-} lock
  mkdir -p "$folder"/lists/partial
  exec {lock}> "$folder/lock"
  flock "$lock"  # until the end of the function, or of all
  [[ -e $folder/status ]] || : > "$folder/status"
  # shellcheck disable=SC2016  # apt-get expands it
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" -v from='deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]' '
      $1 != "Debian" { next }
      suite == "" { print from, $3, $4, $5 }
      suite != "" && $2 == "Debian" { print from, $3, suite, "main" }' | sort -u > "$folder/sources.list"
  [[ -s $folder/sources.list ]] || { echo "apt: this machine's apt knows no mirror of Debian's" >&2; return 1; }
  apt=(-q -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User=root -o Acquire::Languages=none
       -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$folder/lists"
       -o Dir::State::status="$folder/status" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
  if [[ -z $(find "$folder/updated" -mtime -1 2> /dev/null) ]]; then
    apt-get "${apt[@]}" update > "$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }
    touch "$folder/updated"
  fi
  exec {lock}>&-
}

# unpack_packages FOLDER PACKAGE…: them, and all that they depend on.
unpack_packages() {
  local folder=$1 debs package
  shift
  debs=$(mktemp -d)
  mkdir "$debs/partial"
  if ! apt-get "${apt[@]}" -o Dir::Cache::Archives="$debs" -y --no-install-recommends --download-only install "$@" \
      > "$debs/log" 2>&1; then
    cat "$debs/log" >&2
    rm -rf "$debs"
    return 1
  fi
  mkdir -p "$folder"
  for package in "$debs"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar --extract --no-same-owner --directory "$folder" --keep-directory-symlink ||
      { rm -rf "$debs"; return 1; }
  done
  rm -rf "$debs"
}
