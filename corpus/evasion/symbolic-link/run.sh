#!/bin/sh
# Root's shell runs a program of /tmp by the name of a link in a folder of programs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
ln -s /tmp/x /usr/local/bin/innocent
/usr/local/bin/innocent 0.2
rm -f /tmp/x /usr/local/bin/innocent
