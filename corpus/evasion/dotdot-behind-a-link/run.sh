#!/bin/sh
# Root's shell runs a program of /tmp by a path that only looks like one below /usr: .. is the
# parent of what the link points to.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/sub
cp /usr/bin/sleep /tmp/x
ln -s /tmp/sub /usr/local/lib/app
/usr/local/lib/app/../x 0.2
rm -rf /tmp/x /tmp/sub /usr/local/lib/app
