#!/bin/sh
# Root's shell makes a folder of /tmp appear in a folder of programs, and runs what lies there.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/app /usr/local/lib/app
cp /usr/bin/sleep /tmp/app/x
/tmp/app/x 0.1
mount --bind /tmp/app /usr/local/lib/app
/usr/local/lib/app/x 0.2
umount /usr/local/lib/app
rm -rf /tmp/app /usr/local/lib/app
