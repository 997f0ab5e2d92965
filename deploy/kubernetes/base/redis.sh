#!/bin/sh
# Starts Valkey (or Redis) without persistence; reads the password from standard input to keep it off the process list.
set -eu
server=$(command -v valkey-server || command -v redis-server)
exec "$server" - <<EOF
requirepass $REDIS_PASSWORD
port ${REDIS_PORT:-6379}
bind * -::*
save ""
appendonly no
maxmemory 64mb
maxmemory-policy volatile-ttl
EOF
