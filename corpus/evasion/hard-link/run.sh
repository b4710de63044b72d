#!/bin/sh
# Root's shell runs a program of /var/log by that name, and by another name that the same file
# has in a folder of programs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /var/log/x
ln /var/log/x /usr/local/bin/innocent
/var/log/x 0.2
/usr/local/bin/innocent 0.2
rm -f /var/log/x /usr/local/bin/innocent
