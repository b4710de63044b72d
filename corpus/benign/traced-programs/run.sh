#!/bin/sh
# A developer looks at system calls and at a shell's start.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice
cd /home/alice
chown 1000:1000 /home/alice
as_alice strace -f -e trace=openat -o trace.log ls / >/dev/null
as_alice strace -f -c -o counts.log sh -c 'test -d / && ls >/dev/null'
as_alice grep -c openat trace.log >/dev/null
