#!/bin/bash
# layers.sh root|rootless: containers of an image have its layers below and one of their own on top.
# shellcheck disable=SC2154,SC2016  # try's variables; what the containers' shells expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"

state_of_layers() { (cd "$LOCKSTEP_STORE/layers" && find . -printf '%p %y %m %s %T@ %l\n' | sort); }
before=$(state_of_layers)
mounts=$(< /proc/self/mountinfo)

# Two containers of one image: neither sees what the other writes, and the image has nothing of it.
succeeds_detached() {
  try as_who "$newest" run --detach --id "$1" busybox sleep 1000
  ends_with 0
}
succeeds_detached one
succeeds_detached two
in_one() { as_who "$newest" exec one sh -c "$1"; }
in_two() { as_who "$newest" exec two sh -c "$1"; }
in_one 'echo mine > /etc/passwd; rm -rf /home; mkdir /tmp/new; chmod 700 /var/log; mv /usr/bin/awk /usr/bin/gawk'
[[ $(in_one 'cat /etc/passwd; ls -d /home /tmp/new 2>&1') == $'mine\nls: /home: No such file or directory\n/tmp/new' ]] ||
  fail "the container does not see its own changes"
[[ $(in_two 'head -c 4 /etc/passwd; ls -d /home /tmp/new 2>&1; stat -c %a /var/log; ls /usr/bin/awk') == \
   $'rootls: /tmp/new: No such file or directory\n/home\n755\n/usr/bin/awk' ]] || fail "a container sees another's changes"
[[ $'\n'$(in_two 'mount') == *$'\n'"overlay on / type overlay"* ]] || fail "the root is no overlay: $(in_two mount)"
[[ $(in_two 'stat -c "%a %u:%g" /') == "755 0:0" ]] || fail "the root has other attributes than the image's"
[[ $(state_of_layers) == "$before" ]] || fail "the image was changed: $(diff <(echo "$before") <(state_of_layers))"
[[ $(< /proc/self/mountinfo) == "$mounts" ]] || fail "the host sees the containers' mounts"
for id in one two; do
  try as_who "$newest" delete --force "$id"
  ends_with 0
done
no_sandboxes "delete"
shows "root" busybox sh -c 'head -c 4 /etc/passwd; ls -d /tmp/new 2> /dev/null; true'

# What upper layers take away is gone, what they put in its place is there.
begin_image
add_layer 'mkdir -p data/deep other; echo 1 > data/gone; echo 1 > data/changed; echo 1 > data/deep/file; echo 1 > other/file; echo 1 > plain'
add_layer 'rm data/gone; echo 2 > data/changed; rm -rf other; mkdir other; echo 2 > other/new; rm plain; mkdir plain; echo 2 > plain/in'
add_layer 'rm -rf data/deep; echo 3 > data/deep; rm -rf plain'
finish_image stack '{}'
shows $'changed\ndeep' stack ls /data
shows $'2\n3\nnew' stack sh -c 'cat /data/changed /data/deep; ls /other'
shows "" stack sh -c 'ls -d /plain /data/gone 2> /dev/null; true'
shows "back" stack sh -c 'echo back > /data/gone; cat /data/gone'

# A layer that stands there twice, as empty ones do in many images: overlayfs takes no folder twice.
begin_image
add_layer 'mkdir data; echo 1 > data/a; echo 1 > data/b'
add_layer 'echo 2 > data/a; rm data/b'
diff_ids+=("${diff_ids[1]}")
finish_image twice '{}'
shows $'1\n1' twice cat /data/a /data/b

# Read-only, volumes over folders of the image, another working directory.
refuses_write() {
  try as_who "$newest" run "${once[@]}" "$@"
  ends_with 1
  says "Read-only file system"
}
refuses_write --read-only stack touch /new
as_who mkdir "$LOCKSTEP_STORE/volume"
as_who sh -c 'echo hosts > "$0/file"' "$LOCKSTEP_STORE/volume"
give "$LOCKSTEP_STORE/volume"
shows "hosts" --volume "$LOCKSTEP_STORE/volume:/data/deep2" stack cat /data/deep2/file
shows "file" --volume "$LOCKSTEP_STORE/volume:/other" stack ls /other
shows "hosts" --read-only --volume "$LOCKSTEP_STORE/volume:/other" stack cat /other/file
shows "new" --workdir /other stack ls
shows "hosts" --volume "$LOCKSTEP_STORE/volume/file:/data/changed:ro" stack cat /data/changed
shows "1" --tmpfs /other:tmpcopyup stack sh -c 'ls /other | wc -l'

# More layers than the names of which fit the page of mount(2)'s options; by each of the ways.
begin_image
for i in {1..300}; do add_plain_layer "file$i" "$i"; done
finish_image many '{}'
all='cat /file1 /file150 /file300; ls / | grep -c ^file; echo x > /file7; cat /file7'
shows $'1\n150\n300\n300\nx' many sh -c "$all"
if command -v without-helper > /dev/null; then
  try as_who without-helper fsopen -- "$newest" run "${once[@]}" many sh -c "$all"
  ends_with 0
  [[ $out == $'1\n150\n300\n300\nx' ]] || fail "300 layers without fsopen(2)$(seen)"
  quiet
fi

# A store whose name means something in mount options.
odd=$(dirname "$LOCKSTEP_STORE")/'odd,store:with\all'
mkdir -m 755 "$odd"
cp -a "$LOCKSTEP_STORE/." "$odd"
ordinary=$LOCKSTEP_STORE
LOCKSTEP_STORE=$odd
shows $'changed\ndeep' stack ls /data
shows $'1\n150\n300\n300\nx' many sh -c "$all"
LOCKSTEP_STORE=$ordinary
# And one that is named relatively.
(cd "$ordinary/.." && LOCKSTEP_STORE=./store shows $'changed\ndeep' stack ls /data)
no_sandboxes "runs"
finish
