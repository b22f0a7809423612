#!/bin/bash
# TLS: a registry is believed if its certificate is of an authority that is known, for its name, and in time; nothing is
# ever sent to one that isn't.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$temporary"

make_image small
authority
registry tls "${wants_tls[@]}"
skopeo copy -q --dest-tls-verify=false "oci:$layout:small" "docker://$host/test/small:v1" > /dev/null
name=$host/test/small:v1

denies "$host" "$fetch" "$name"
hints "--ca"
store_is_empty "its authority isn't known"
pulls "$name" --ca ca.crt
has_greeting "$name" small
fresh_store

# Another authority; a file that is none, or isn't there.
(mkdir other && cd other && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=other -keyout ca.key -out ca.crt) 2> /dev/null
denies "$host" "$fetch" "$name" --ca other/ca.crt
echo text > text.crt
denies "text.crt" "$fetch" "$name" --ca text.crt
denies "missing.crt" "$fetch" "$name" --ca missing.crt

# For another name, and of yesterday.
certificate elsewhere DNS:registry.example 2> /dev/null
registry elsewhere "REGISTRY_HTTP_TLS_CERTIFICATE=$temporary/elsewhere.crt" "REGISTRY_HTTP_TLS_KEY=$temporary/elsewhere.key"
denies "matches target host name" "$fetch" "$host/test/small:v1" --ca ca.crt
hints "another name"
if openssl x509 -help 2>&1 | grep -q -- -not_after; then
  certificate past DNS:localhost -not_before 20200101000000Z -not_after 20200102000000Z 2> /dev/null
else
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=past -keyout past.key -out past.csr 2> /dev/null
  touch index.txt
  printf '[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\npolicy = any\n[any]\ncommonName = supplied\n' > ca.conf
  openssl ca -batch -config ca.conf -md sha256 -startdate 20200101000000Z -enddate 20200102000000Z -cert ca.crt -keyfile ca.key \
    -in past.csr -out past.crt -extfile <(echo subjectAltName=DNS:localhost) 2> ca.log || fail "no certificate of the past: $(< ca.log)"
fi
registry past "REGISTRY_HTTP_TLS_CERTIFICATE=$temporary/past.crt" "REGISTRY_HTTP_TLS_KEY=$temporary/past.key"
denies "has expired" "$fetch" "$host/test/small:v1" --ca ca.crt
hints "this machine's clock"
store_is_empty "certificates that are not to be believed"

# Plain HTTP where TLS is spoken, and the other way round: --insecure never means an unknown certificate in silence.
registry plain
front recorded "$host" pass
fill small "${at[plain]}/test/small:v1"
denies "" env http_proxy="http://$host" https_proxy="http://$host" "$fetch" registry.example:5000/test/small:v1
store_is_empty "plain HTTP to another machine, which nobody allowed"
fresh_store
succeeds env http_proxy="http://$host" "$fetch" registry.example:5000/test/small:v1 --insecure
[[ $(requests recorded '.host == "registry.example:5000"') -gt 0 ]] || fail "http_proxy was not heeded"
fresh_store
before=$(requests recorded true)
denies "registry.invalid" env http_proxy="http://$host" no_proxy=registry.invalid "$fetch" registry.invalid:5000/test/small:v1 --insecure
[[ $(requests recorded true) == "$before" ]] || fail "no_proxy was not heeded"
store_is_empty "no_proxy"
finish
