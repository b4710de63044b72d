#!/bin/sh
# Root's program changes its arguments and its path while the kernel is copying them, so that
# whoever reads its memory before or after sees others.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# Copies of programs that do nothing stand in for the attacker's.
cp /usr/bin/true /tmp/true-x
cp /usr/bin/false /tmp/false-y
cp /usr/bin/sleep /tmp/x
gcc -pthread -o /tmp/race /scenario/race.c
/tmp/race "$1"
rm -f /tmp/x /tmp/true-x /tmp/false-y /tmp/race
