#!/bin/sh
# Root's perl runs a program of /tmp without any argument, not even the first one.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for the program; it reads its input, which ends soon. execve is
# system call 59 on x86-64.
cp /usr/bin/dash /tmp/x
sleep 0.2 | perl -e 'my $path = "/tmp/x"; syscall(59, $path, 0, 0); die $!'
rm -f /tmp/x
