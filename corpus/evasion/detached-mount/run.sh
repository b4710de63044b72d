#!/bin/sh
# A program of /tmp is run from a mount of its own that is attached nowhere: the kernel then calls it "/".
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

gcc -O -o /usr/local/bin/detached /scenario/detached.c
# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
/usr/local/bin/detached /tmp/x 0.2
rm -f /tmp/x
