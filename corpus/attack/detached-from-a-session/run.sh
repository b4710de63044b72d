#!/bin/sh
# A program in /tmp is started such that it outlives whoever started it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
cp /usr/bin/sleep /tmp/agent
as_alice nohup /tmp/agent 0.05 >/dev/null 2>&1
as_alice setsid --wait /tmp/agent 0.05
as_alice sh -c '(/tmp/agent 0.1 &) ; exit 0'
as_alice nice -n 19 ionice -c 3 /tmp/agent 0.05
sleep 0.2
rm -f /tmp/agent
