#!/bin/sh
# Root's shell covers its own folder below /proc with an empty one and then runs a program of
# /tmp; who reads /proc there sees nothing of both.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
mkdir /tmp/empty
sh -c 'mount --bind /tmp/empty /proc/$$; exec /tmp/x 0.2' &
wait $!
rmdir /tmp/empty
rm -f /tmp/x
