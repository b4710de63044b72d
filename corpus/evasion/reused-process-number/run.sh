#!/bin/sh
# Root's program gives two processes, one after the other, the same process number; they run
# different programs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# Copies of sleep stand in for the programs.
cp /usr/bin/sleep /tmp/first
cp /usr/bin/sleep /tmp/second
gcc -o /tmp/reuse /scenario/reuse.c
/tmp/reuse
rm -f /tmp/first /tmp/second /tmp/reuse
