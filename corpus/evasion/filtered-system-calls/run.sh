#!/bin/sh
# Root's program has a seccomp filter refuse its execve, and then executes by the call that the
# filter lets pass.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
gcc -o /tmp/filtered /scenario/filtered.c
/tmp/filtered
rm -f /tmp/x /tmp/filtered
