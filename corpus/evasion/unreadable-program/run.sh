#!/bin/sh
# An ordinary user runs a program of /tmp that they may execute and not read; the kernel then
# hides its memory, and perf says that the process has ended.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
chmod 711 /tmp/x
setpriv --reuid=1000 --regid=1000 --clear-groups sh -c '! cat /tmp/x >/dev/null 2>&1 && /tmp/x 0.2'
rm -f /tmp/x
