#!/bin/sh
# Root's shell runs a program of /tmp by a path that begins with two dots.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/a
cp /usr/bin/sleep /tmp/x
cd /tmp/a
../x 0.2
cd /
rm -rf /tmp/a /tmp/x
