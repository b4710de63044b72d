#!/bin/sh
# Root's shell runs programs from a file system that is no longer mounted anywhere; the shell still
# works in it. One lies there as the system's own would.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/gone
mount -t tmpfs none /tmp/gone
mkdir -p /tmp/gone/usr/bin
cp /usr/bin/sleep /tmp/gone/x
cp /usr/bin/sleep /tmp/gone/usr/bin/updater
cd /tmp/gone
umount --lazy /tmp/gone
./x 0.2
usr/bin/updater 0.2
cd /
rmdir /tmp/gone
