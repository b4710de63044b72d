#!/bin/sh
# Shells are given a script in shared memory behind options.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
printf 'sleep 0.05\n' >/dev/shm/x
chmod 755 /dev/shm/x
as_alice bash -x /dev/shm/x 2>/dev/null
as_alice bash -i /dev/shm/x 2>/dev/null
as_alice bash --norc -e /dev/shm/x
as_alice sh -eu /dev/shm/x
as_alice sh -c /dev/shm/x
as_alice sh -c '. /dev/shm/x; true'
cd /dev/shm
as_alice sh -c './x; true'
