#!/bin/sh
# Root's program executes programs whose paths it has never touched: when the call begins, they
# are in a file and not yet in memory.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
cp /usr/bin/sleep /tmp/denied
chmod 644 /tmp/denied
gcc -o /tmp/unfaulted /scenario/unfaulted.c
/tmp/unfaulted
rm -f /tmp/x /tmp/denied /tmp/unfaulted /tmp/paths
