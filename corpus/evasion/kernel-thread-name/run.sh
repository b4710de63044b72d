#!/bin/sh
# An ordinary user's program in /tmp takes the name that kernel threads have in lists of
# processes.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
setpriv --reuid=1000 --regid=1000 --clear-groups bash -c 'exec -a "[kworker/0:1]" /tmp/x 0.2'
rm -f /tmp/x
