#!/bin/sh
# Root's shell starts a program of /tmp and deletes its file while it runs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
/tmp/x 0.2 &
until [ /proc/$!/exe -ef /tmp/x ]; do :; done
rm -f /tmp/x
wait
