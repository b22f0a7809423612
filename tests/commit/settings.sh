#!/bin/bash
# commit's options: what they make of the image's settings, as skopeo reads them; what isn't changed stays,
# also what lockstep doesn't know.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v skopeo > /dev/null || skip "no skopeo here (apt-get install skopeo)"
succeeds fetch busybox
sandbox one busybox
echo x > "$merged/file"
umount "$merged"

# setting NAMES IMAGE: these of the image's config, as JSON; "history.1.comment" for one that lies deeper.
setting() {
  skopeo inspect --config "oci:$store:$2" | python3 -c '
import json, sys
document = json.load(sys.stdin)
for way in sys.argv[1].split():
    value = document
    for name in way.split("."):
        value = (value.get(name) if isinstance(value, dict) else value[int(name)]) if value is not None else None
    print(json.dumps(value, separators=(",", ":"), sort_keys=True), end=" " if way != sys.argv[1].split()[-1] else "\n")
' "$1"
}
# becomes NAMES VALUE CHANGE…: committed with these changes, the image has that setting.
becomes() {
  local names=$1 value=$2 change changes=()
  shift 2
  for change in "$@"; do changes+=(--change "$change"); done
  try step commit "${changes[@]}" one changed
  ends_with 0
  [[ $(setting "$names" changed) == "$value" ]] || fail "$*: $(setting "$names" changed) instead of $value"
}

becomes 'config.Cmd' '["httpd","-f"]' 'CMD ["httpd", "-f"]'
# shellcheck disable=SC2016  # for the image's shell
becomes 'config.Cmd' '["/bin/sh","-c","echo \"$HOME\""]' 'cmd   echo "$HOME"  '
becomes 'config.Cmd' '["/bin/sh"]' 'ENV A=1'
becomes 'config.Entrypoint config.Cmd' '["/bin/x"] null' 'ENTRYPOINT ["/bin/x"]'
becomes 'config.Entrypoint config.Cmd' '["/bin/x"] ["y"]' 'CMD ["y"]' 'ENTRYPOINT ["/bin/x"]'
path=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
becomes 'config.Env' "[\"$path\",\"A=1\",\"B=x y\",\"C=a=b\",\"D=\"]" "ENV A=1 B=\"x y\" C=a=b D="
becomes 'config.Env' "[\"$path\",\"A=two words\"]" 'ENV A=1' 'ENV A two words'
becomes 'config.Env' '["PATH=/only"]' "ENV PATH='/only'"
becomes 'config.WorkingDir' '"/srv/www"' 'WORKDIR /srv' 'WORKDIR www'
becomes 'config.WorkingDir' '"/www"' 'WORKDIR www'
becomes 'config.User' '"nobody:nogroup"' 'USER nobody:nogroup'
becomes 'config.ExposedPorts' '{"53/udp":{},"80/tcp":{}}' 'EXPOSE 80 53/udp 80/tcp'
becomes 'config.Labels' '{"a":"1","b c":"d\"e"}' 'LABEL a=1 "b c"="d\"e"'
becomes 'config.Volumes' '{"/data":{},"/more":{}}' 'VOLUME ["/data"]' 'VOLUME /more'
becomes 'config.StopSignal' '"SIGINT"' 'STOPSIGNAL SIGINT'
try step commit --author 'A. Author <a@b.c>' --message "it's \"quoted\"" one changed
[[ $(setting 'author history.1.author' changed) == '"A. Author <a@b.c>" "A. Author <a@b.c>"' ]] || fail "the author: $(setting author changed)"
[[ $(setting history.1.comment changed) == '"it'"'"'s \"quoted\""' ]] || fail "the message: $(setting history changed)"
[[ $(setting history.1.created_by changed) == '"sh -c make changes"' ]] || fail "the command: $(setting history changed)"
[[ $(setting history.0.created_by changed) == '"rootfs-fetch busybox'* ]] || fail "the base's history: $(setting history changed)"

# A setting of other tools' stays, from image to image.
config=$store/blobs/sha256/$(fetch inspect changed | sed -n 's/^image id: *sha256://p')
python3 - "$config" "$store" <<'OTHERS'
import hashlib, json, os, sys
config, store = json.load(open(sys.argv[1])), sys.argv[2]
config["variant"] = "v9"
config["config"]["Healthcheck"] = {"Test": ["CMD", "true"]}
config["config"]["OnBuild"] = ["RUN x"]
def put(text):
    name = hashlib.sha256(text).hexdigest()
    open(f"{store}/blobs/sha256/{name}", "wb").write(text)
    return {"digest": "sha256:" + name, "size": len(text)}
index = json.load(open(store + "/index.json"))
entry = [e for e in index["manifests"] if e["annotations"]["org.opencontainers.image.ref.name"] == "changed"][0]
manifest = json.load(open(f"{store}/blobs/sha256/{entry['digest'][7:]}"))
manifest["config"].update(put(json.dumps(config).encode()))
entry.update(put(json.dumps(manifest).encode()))
json.dump(index, open(store + "/index.json", "w"))
OTHERS
sandbox two changed
echo y > "$merged/file2"
umount "$merged"
try step commit two kept
ends_with 0
kept=$store/blobs/sha256/$(fetch inspect kept | sed -n 's/^image id: *sha256://p')
for part in '"variant":"v9"' '"Healthcheck":{"Test":["CMD","true"]}' '"OnBuild":["RUN x"]'; do
  [[ $(< "$kept") == *"$part"* ]] || fail "$part is lost: $(< "$kept")"
done
finish
