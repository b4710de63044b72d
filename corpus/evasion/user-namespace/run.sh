#!/bin/sh
# An ordinary user is root in a user namespace of their own, and runs a program of /tmp there.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
setpriv --reuid=1000 --regid=1000 --clear-groups \
  unshare --user --map-root-user sh -c '[ "$(id -u)" = 0 ]; exec /tmp/x 0.2'
rm -f /tmp/x
