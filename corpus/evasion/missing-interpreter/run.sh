#!/bin/sh
# Root's shell runs a script of /tmp whose interpreter does not exist: the same error as for a
# script that does not.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
printf '#!/usr/bin/no-such-interpreter\n' >/tmp/s
chmod 755 /tmp/s
bash -c 'shopt -s execfail; exec /tmp/s argument; sleep 0.3'
rm -f /tmp/s
