#!/bin/bash
# config.sh root|rootless: what an image says about its process is done, unless the command line says otherwise.
# shellcheck disable=SC2154,SC2016  # try's variables; what the containers' shells expand
set -euo pipefail
. "$(dirname "$0")/lib.sh"
settings() {
  begin_image
  finish_image "$1" "$2" "${3:-}"
}

settings both '{"Entrypoint":["echo","from"],"Cmd":["the","image"]}'
shows "from the image" both
shows "from me" both me
shows "me" --entrypoint echo both me
shows "" --entrypoint echo both
shows "echo" --entrypoint "" both echo echo
refuses_run 'a command is missing' --entrypoint "" both
settings cmd '{"Cmd":["echo","cmd"]}'
shows "cmd" cmd
shows "mine" cmd echo mine
shows "-x" --entrypoint echo cmd -x
settings none '{}'
refuses_run 'a command is missing, and the image "none" names none' none
says "run none COMMAND"
settings null '{"Entrypoint":null,"Cmd":null,"Env":null,"Volumes":null,"Labels":null,"ExposedPorts":null,"User":""}'
shows "ok" null echo ok

settings env '{"Env":["A=image","PATH=/nowhere:/bin","B=x=y","HOME=/h"],"Cmd":["sh","-c","echo $A $B $HOME $PATH"]}'
shows "image x=y /h /nowhere:/bin" env
shows "mine x=y /h /nowhere:/bin" --env A=mine env
SECRET=caller shows "" env sh -c 'echo -n $SECRET'
settings leak '{"Env":["SECRET"]}'
export SECRET=of-the-caller
refuses_run 'Env: expected NAME=value, got "SECRET"' leak env
settings unnamed '{"Env":["=x"]}'
refuses_run 'Env: expected NAME=value' unnamed env

settings folder '{"WorkingDir":"/made/by/run","Cmd":["pwd"]}'
shows "/made/by/run" folder
shows "/tmp" --workdir /tmp folder
settings relative '{"WorkingDir":"usr","Cmd":["pwd"]}'
shows "/usr" relative
settings dots '{"WorkingDir":"/../../../../usr/../var","Cmd":["pwd"]}'
shows "/var" dots

settings user '{"User":"nobody:nogroup","Cmd":["true"]}'
try as_who "$newest" run "${once[@]}" user
if [[ $(has_users "$newest" && echo "${1:-root}") == rootless ]]; then  # there is one user: root
  ends_with 125
  says "the container has no user 65534: its user namespace doesn't map it"
else
  ends_with 0
fi
if ! has_users "$newest"; then says 'the image'"'"'s user "nobody:nogroup" is honoured from step06 on'; fi
settings rootuser '{"User":"0:0","Cmd":["id","-u"]}'
shows "0" rootuser

# Volumes: an empty folder of the container's own, with what the image has there; not in its layer.
begin_image
add_layer 'mkdir -p srv/data var/lib/db; echo seed > srv/data/seed; chmod 1770 srv/data; ln -s data srv/link; ln -s /etc/passwd srv/out; echo f > srv/file'
finish_image volumes '{"Volumes":{"/srv/data":{},"/new/one/":{},"/srv/link/../data2":{}}}'
shows $'seed\n1770' volumes sh -c 'cat /srv/data/seed; stat -c %a /srv/data'
shows "0" volumes sh -c 'ls /new/one | wc -l'
try as_who "$newest" run --detach --id v volumes sh -c 'echo w > /srv/data/w; echo w > /new/one/w; echo w > /w; sleep 1000'
eventually test -e "$LOCKSTEP_STORE/containers/v/upper/w" || fail "nothing was written to upper"
[[ -z $(find "$LOCKSTEP_STORE/containers/v/upper" -path '*one/w' -o -path '*data/w') ]] || fail "a volume's content is in the layer"
[[ $(find "$LOCKSTEP_STORE/containers/v/volumes" -name w | wc -l) == 2 ]] || fail "a volume's content is not in the sandbox"
try as_who "$newest" exec v cat /srv/data/w
prints "w"
try as_who "$newest" delete --force v
ends_with 0
as_who mkdir "$LOCKSTEP_STORE/volume"
give "$LOCKSTEP_STORE/volume"
shows "0" --volume "$LOCKSTEP_STORE/volume:/srv/data" volumes sh -c 'ls /srv/data | wc -l'
settings wholevolume '{"Volumes":{"/":{}}}'
refuses_run 'declares "/" to be a volume' wholevolume true
settings dotvolume '{"Volumes":{"/x/..":{}}}'
refuses_run 'would cover the whole rootfs' dotvolume true
settings procvolume '{"Volumes":{"/proc/sys":{}}}'
refuses_run '/proc' procvolume true

# The rest travels with the container's config. An image can't set what is ours.
settings labels '{"Labels":{"vendor":"me","io.lockstep.sandbox":"/etc","io.lockstep.init":"true","org.opencontainers.image.os":"label"},
  "StopSignal":"SIGQUIT","ExposedPorts":{"80/tcp":{},"53/udp":{}},"Cmd":["sleep","1000"]}'
try as_who "$newest" run --detach --id l labels
ends_with 0
if [[ ${1:-root} == rootless ]]; then state=/tmp/lockstep-$uid/l/state.json; else state=/run/lockstep/l/state.json; fi
for text in '"vendor":"me"' '"org.opencontainers.image.stopSignal":"SIGQUIT"' '"org.opencontainers.image.exposedPorts":"53/udp,80/tcp"' \
            '"org.opencontainers.image.os":"label"' '"io.lockstep.image":"labels"' "\"io.lockstep.sandbox\":\"$LOCKSTEP_STORE/containers/l\""; do
  grep -qF "$text" "$state" || fail "not in the container's config: $text: $(< "$state")"
done
! grep -qF io.lockstep.init "$state" || fail "a label became a setting of ours"
try as_who "$newest" delete --force l

settings arm '{"Cmd":["true"]}' '"architecture":"s390x","os":"linux"'
refuses_run 'the image "arm" is for linux/s390x, and this machine is linux/' arm
settings windows '{"Cmd":["true"]}' "$(platform_of_busybox | sed 's/linux/windows/')"
refuses_run 'is for windows/' windows

# Names.
refuses_run 'no image "nosuch" in the store' nosuch
says '"busybox"'
says '`rootfs-fetch busybox`'
shows "ok" busybox:latest echo ok
digest=$(as_who rootfs-fetch inspect -q busybox)
for name in "$digest" "${digest#sha256:}" "${digest:7:12}" "${digest:0:13}"; do shows "ok" "$name" echo ok; done
refuses_run "no image \"${digest:7:3}\"" "${digest:7:3}"
refuses_run "no image \"${digest:7:12}x\"" "${digest:7:12}x"
mkdir -p folder/bin
refuses_run 'no image "./folder"' ./folder true
says '--rootfs ./folder'
refuses_run 'an image is missing'
refuses_run '--entrypoint: there is no image' --rootfs "$rootfs" --entrypoint sh true
LOCKSTEP_STORE=/run/test/none refuses_run 'the store is empty' --pull never busybox true
no_sandboxes "all that"

# images
try as_who "$newest" images
ends_with 0
[[ $(head -1 <<< "$out") =~ ^NAME\ +DIGEST\ +CREATED\ +LAYERS\ +SIZE$ ]] || fail "the heading$(seen)"
prints $'\nvolumes '
try as_who "$newest" images -q
[[ $out == *$'\nenv\n'* && $out == "arm"* ]] || fail "the names, sorted$(seen)"
try as_who "$newest" images -f json
[[ $out == '[{"name":"arm","digest":"sha256:'*'","size":'*',"created":"","layers":1},'*']' ]] || fail "as JSON$(seen)"
as_who sh -c 'echo x > "$0"' "$LOCKSTEP_STORE/blobs/sha256/$(rootfs-fetch inspect -q env | cut -d : -f 2)"
try as_who "$newest" images
ends_with 0
prints "is damaged"
refuses_run "is damaged" env true
finish
