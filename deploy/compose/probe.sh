#!/bin/sh
# A container's health check that also ends a container which stays unhealthy, so that its restart policy starts it
# again: Compose itself only marks it. Usage: probe.sh FAILURES COMMAND …
# Until the first success, four times as many failures are borne.
set -u
bearable=$1
shift
# By the start of the container's first process, so that nothing counts that was before a restart.
count="/tmp/probe-$(cut -d ' ' -f 22 /proc/1/stat)"
if timeout 6 "$@"; then
  echo 0 > "$count"
  exit 0
fi
[ -e "$count" ] || bearable=$((bearable * 4))
before="$count.first"
[ -e "$count" ] && before=$count
failures=$(($(cat "$before" 2>/dev/null || echo 0) + 1))
echo "$failures" > "$before"
if [ "$failures" -ge "$bearable" ]; then
  echo "unhealthy $failures times in a row: ended, to be started again" >&2
  kill -TERM -1
  # What hangs does not hear that. The check's own time limit must not come before this.
  sleep 3
  kill -KILL -1
fi
exit 1
