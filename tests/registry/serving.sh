# Registries on this machine's loopback, and what stands in front of them. Every server has a port that was free and its data in
# $temporary, and ends with the script that reads this.
# shellcheck shell=bash disable=SC2034,SC2154  # they are used by the scripts that read this; lib.sh sets some

registry_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

servers=()
declare -A at
end_servers() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${servers[@]}"; do wait "$pid" 2> /dev/null || true; done
}

# serve NAME COMMAND…: starts a server, which ends with this script even if that is killed; its words go to NAME.log.
serve() {
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" > "$temporary/$name.log" 2>&1 < /dev/null &
  servers+=($!)
}

# listening NAME COMMAND…: waits until COMMAND prints the port of the server started last, and sets `host`, such as
# "localhost:34567", which also is ${at[NAME]}.
listening() {
  local name=$1 port end=$((SECONDS + 20))
  shift
  until port=$("$@") && [[ -n $port ]]; do
    if (( SECONDS > end )) || ! kill -0 "${servers[-1]}" 2> /dev/null; then
      echo "FAILED: the server $name does not start: $(tail -5 "$temporary/$name.log")"
      exit 1
    fi
    sleep 0.02
  done
  host=localhost:$port
  at[$name]=$host
}

# registry NAME [REGISTRY_…=VALUE]…: Debian's docker-registry, with settings of its config.yml.
registry() {
  local name=$1
  shift
  cat > "$temporary/$name.yml" <<CONFIG
version: 0.1
log: { level: info, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $temporary/$name }, delete: { enabled: true } }
http: { addr: "127.0.0.1:0", secret: none }
CONFIG
  serve "$name" env "$@" docker-registry serve "$temporary/$name.yml"
  listening "$name" sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+).*/\1/p' "$temporary/$name.log" 2> /dev/null
}

# front NAME HOST BEHAVIOUR [ARGUMENT…]: front.py before HOST; its requests are in NAME.requests.
front() {
  local name=$1 behind=$2
  shift 2
  rm -f "$temporary/$name.port"
  : > "$temporary/$name.requests"
  serve "$name" python3 "$registry_tests/front.py" "$temporary/$name.port" "$temporary/$name.requests" "$behind" "$@"
  listening "$name" cat "$temporary/$name.port" 2> /dev/null
}

# requests NAME FILTER: how many of a front's requests a filter of jq's selects.
requests() { jq -s "map(select($2)) | length" "$temporary/$1.requests"; }
blobs='.method == "GET" and (.path | test("/blobs/"))'

# tokens NAME SECONDS [USER:PASSWORD]: a token server; a registry that wants its tokens is then `registry NAME "${wants_tokens[@]}"`.
tokens() {
  local name=$1
  shift
  [[ -e $temporary/tokens.key ]] || openssl genrsa -out "$temporary/tokens.key" 2048 2> /dev/null
  openssl req -x509 -new -key "$temporary/tokens.key" -days 2 -subj /CN=tokens -out "$temporary/$name.crt" 2> /dev/null
  rm -f "$temporary/$name.port"
  : > "$temporary/$name.requests"
  serve "$name" python3 "$registry_tests/tokens.py" "$temporary/$name.port" "$temporary/$name.requests" "$temporary/tokens.key" \
    "$temporary/$name.crt" "$@"
  listening "$name" cat "$temporary/$name.port" 2> /dev/null
  wants_tokens=(REGISTRY_AUTH=token "REGISTRY_AUTH_TOKEN_REALM=http://$host/token" REGISTRY_AUTH_TOKEN_SERVICE=tests
                REGISTRY_AUTH_TOKEN_ISSUER=lockstep-tests "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE=$temporary/$name.crt")
}

# authority: an own CA, ca.crt, and a certificate of its for localhost: wants_tls.
authority() {
  local subject=/CN=tests
  (
    cd "$temporary"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "$subject" -keyout ca.key -out ca.crt
    certificate localhost DNS:localhost,IP:127.0.0.1
  ) 2> /dev/null
  wants_tls=("REGISTRY_HTTP_TLS_CERTIFICATE=$temporary/localhost.crt" "REGISTRY_HTTP_TLS_KEY=$temporary/localhost.key")
}

# certificate NAME NAMES [OPTION…]: NAME.crt and NAME.key, from the CA in this folder.
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -out "$1.crt" \
    -extfile <(echo "subjectAltName=$2") "${@:3}"
}

# passwords USER PASSWORD: a file in which docker-registry looks passwords up: wants_password. It only takes bcrypt.
passwords() {
  local hash
  hash=$(bcrypt "$2") || { echo "skipped: nothing here hashes a password with bcrypt (mkpasswd, htpasswd, perl's crypt)"; exit 77; }
  echo "$1:$hash" > "$temporary/htpasswd"
  wants_password=(REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_REALM=tests "REGISTRY_AUTH_HTPASSWD_PATH=$temporary/htpasswd")
}
# The C library's crypt(3) knows it; Go's reader wants "2y" or "2a", and cost 4 is the least.
bcrypt() {
  local hash
  hash=$(perl -e 'print crypt($ARGV[0], "\$2y\$04\$abcdefghijklmnopqrstuu")' "$1")
  [[ $hash == '$2y$04$'* ]] && echo "$hash"
}
