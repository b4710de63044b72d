#!/bin/sh
# An ordinary user's bash runs a copy of a tool and gives it the name of a daemon as its first
# argument.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the tool.
cp /usr/bin/sleep /tmp/update
setpriv --reuid=1000 --regid=1000 --clear-groups \
  bash -c 'exec -a "sshd: alice@pts/0" /tmp/update 0.2'
rm -f /tmp/update
