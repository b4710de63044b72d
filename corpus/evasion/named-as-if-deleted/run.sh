#!/bin/sh
# Root's shell runs a program whose name ends as the kernel marks deleted files.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep '/tmp/x (deleted)'
'/tmp/x (deleted)' 0.2
rm -f '/tmp/x (deleted)'
