#!/bin/sh
# An ordinary user runs a program that lends root's rights, without even its name as an argument.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for pkexec; it reads its input, which ends soon. execve is system
# call 59 on x86-64.
cp /usr/bin/dash /usr/local/bin/lends
chmod 4755 /usr/local/bin/lends
sleep 0.2 | setpriv --reuid=1000 --regid=1000 --clear-groups \
  perl -e 'my $path = "/usr/local/bin/lends"; syscall(59, $path, 0, 0); die $!'
