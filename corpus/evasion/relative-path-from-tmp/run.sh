#!/bin/sh
# An ordinary user's shell runs a program of /tmp without naming the folder.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
shell=$1

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
setpriv --reuid=1000 --regid=1000 --clear-groups "$shell" -c 'cd /tmp; ./x 0.2'
rm -f /tmp/x
