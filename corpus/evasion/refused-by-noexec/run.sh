#!/bin/sh
# An ordinary user's shell tries to run a program from a file system that is mounted noexec.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/noexec
mount -t tmpfs -o noexec none /tmp/noexec
cp /usr/bin/sleep /tmp/noexec/x
setpriv --reuid=1000 --regid=1000 --clear-groups \
  bash -c 'shopt -s execfail; exec /tmp/noexec/x 0.2; sleep 0.3'
umount /tmp/noexec
rmdir /tmp/noexec
