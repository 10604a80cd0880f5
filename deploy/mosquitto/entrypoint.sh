#!/bin/sh
# Put the services' passwords from the environment into the broker's state, then become the broker.
#
#   entrypoint.sh STATE_FILE COMMAND [ARGUMENT...]
#
# STATE_FILE is that of the plugin for dynamic security. When there is none it is made from dynamic-security.json; one
# that is there keeps its devices. The services are ingest, maintain and simulator; each takes its password from
# MOSQUITTO_<SERVICE>_PASSWORD. One that has none gets a random one that nobody knows; the first two must have one.
set -eu
umask 077

if [ "$#" -lt 2 ]; then
    echo "usage: entrypoint.sh STATE_FILE COMMAND [ARGUMENT...]" >&2
    exit 64
fi
state="$1"
shift
here=$(dirname "$0")
secrets="${MOSQUITTO_SECRETS_DIRECTORY:-/mosquitto/secrets}"
certificates="${MOSQUITTO_CERTIFICATES_DIRECTORY:-/mosquitto/certificates}"

: "${MOSQUITTO_INGEST_PASSWORD:?is the broker password of ingest: set it in .env}"
: "${MOSQUITTO_MAINTAIN_PASSWORD:?is the broker password of maintain: set it in .env}"

hashes=$(mktemp -p "$secrets")
trap 'rm -f "$hashes" "$state.next"' EXIT

add_service() {
    password="$2"
    if [ -z "$password" ]; then
        password=$(head -c 32 /dev/urandom | base64)
    fi
    mosquitto_passwd -b "$hashes" "$1" "$password"
}
add_service ingest "$MOSQUITTO_INGEST_PASSWORD"
add_service maintain "$MOSQUITTO_MAINTAIN_PASSWORD"
add_service simulator "${MOSQUITTO_SIMULATOR_PASSWORD:-}"

# Always anew, so that a password that was changed or taken away in the environment is no longer accepted. A line of
# the first file is name:$7$iterations$salt$hash; the plugin writes each member of its state on a line of its own.
known="$state"
if [ ! -s "$state" ]; then
    known="$here/dynamic-security.json"
fi
awk '
    FNR == NR { split($0, part, /[:$]/); rounds[part[1]] = part[4]; salt[part[1]] = part[5]; hash[part[1]] = part[6]; next }
    /^[ \t]*"username":/ { split($0, word, /"/); name = word[4] }
    name in hash && /^[ \t]*"password":/ { sub(/:.*"/, ":\t\"" hash[name] "\""); done[name]++ }
    name in hash && /^[ \t]*"salt":/ { sub(/:.*"/, ":\t\"" salt[name] "\""); done[name]++ }
    name in hash && /^[ \t]*"iterations":/ { sub(/:[ \t]*[0-9]+/, ":\t" rounds[name]); done[name]++ }
    { print }
    END {
        for (name in hash) {
            if (done[name] != 3) {
                print "the state of the broker has no account " name " as we know it: restore it from the backup" > "/dev/stderr"
                exit 1
            }
        }
    }
' "$hashes" "$known" > "$state.next"
mv "$state.next" "$state"
rm -f "$hashes"

mkdir -p "$secrets/conf.d"
if [ -e "$certificates/server.crt" ]; then
    for file in server.crt server.key; do
        if [ ! -r "$certificates/$file" ]; then
            echo "the broker (user $(id -u)) may not read certificates/$file: see docs/how-to/tls.md" >&2
            exit 1
        fi
    done
    sed "s|/mosquitto/certificates/|$certificates/|" "$here/tls.conf" > "$secrets/conf.d/tls.conf"
else
    rm -f "$secrets/conf.d/tls.conf"
    echo "no certificates/server.crt: there is no TLS listener on 8883 (docs/how-to/tls.md)" >&2
fi

# The broker keeps hashes only; it has no use for the words themselves.
unset MOSQUITTO_INGEST_PASSWORD MOSQUITTO_MAINTAIN_PASSWORD MOSQUITTO_SIMULATOR_PASSWORD
exec "$@"
