#!/bin/sh
# A user runs a program on removable media, as somebody left it there.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /media/alice/STICK /home/alice/.cache/update
cp /usr/bin/dash /media/alice/STICK/photos
cp /usr/bin/sleep /home/alice/.cache/update/agent
chown -R 1000:1000 /home/alice /media/alice
as_alice /media/alice/STICK/photos -c '/home/alice/.cache/update/agent 0.05; true'
