#!/bin/sh
# An ordinary user's shell runs a program that has the set-user-id bit and belongs to root.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program. /tmp is mounted nosuid here, as it is elsewhere.
cp /usr/bin/sleep /var/log/x
chmod 4755 /var/log/x
setpriv --reuid=1000 --regid=1000 --clear-groups sh -c 'LD_PRELOAD=/tmp/none.so /var/log/x 0.2'
rm -f /var/log/x
