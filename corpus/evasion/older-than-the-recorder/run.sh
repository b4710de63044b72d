#!/bin/sh
# Root's shell runs a program of /tmp before the recorder begins; when the recorder is there, the
# program starts another one.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for the program. The recorder begins while this shell is stopped.
cp /usr/bin/dash /tmp/x
mkfifo /tmp/go
/tmp/x -c 'read word; sleep 0.2; true' old </tmp/go &
exec 3>/tmp/go
until [ /proc/$!/exe -ef /tmp/x ]; do :; done
kill -STOP $$
echo go >&3
wait
rm -f /tmp/x /tmp/go
