#!/bin/sh
# Write the broker's password file from the environment, then become the broker.
#
#   entrypoint.sh PASSWORD_FILE COMMAND [ARGUMENT...]
#
# The accounts are those of acl: ingest, maintain, simulator, devices. Each takes its password from
# MOSQUITTO_<ACCOUNT>_PASSWORD. One that has none is not made, so nobody can use it; the first two must have one.
set -eu
umask 077

if [ "$#" -lt 2 ]; then
    echo "usage: entrypoint.sh PASSWORD_FILE COMMAND [ARGUMENT...]" >&2
    exit 64
fi
password_file="$1"
shift

: "${MOSQUITTO_INGEST_PASSWORD:?is the broker password of ingest: set it in .env}"
: "${MOSQUITTO_MAINTAIN_PASSWORD:?is the broker password of maintain: set it in .env}"

# Always anew, so that a password that was changed or taken away in the environment is no longer accepted.
rm -f "$password_file"
: > "$password_file"

add_account() {
    if [ -n "$2" ]; then
        mosquitto_passwd -b "$password_file" "$1" "$2"
    fi
}
add_account ingest "$MOSQUITTO_INGEST_PASSWORD"
add_account maintain "$MOSQUITTO_MAINTAIN_PASSWORD"
add_account simulator "${MOSQUITTO_SIMULATOR_PASSWORD:-}"
add_account devices "${MOSQUITTO_DEVICES_PASSWORD:-}"

# The broker keeps hashes only; it has no use for the words themselves.
unset MOSQUITTO_INGEST_PASSWORD MOSQUITTO_MAINTAIN_PASSWORD MOSQUITTO_SIMULATOR_PASSWORD MOSQUITTO_DEVICES_PASSWORD
exec "$@"
