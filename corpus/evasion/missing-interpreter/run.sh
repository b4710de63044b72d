#!/bin/sh
# Root's perl runs a script of /tmp whose interpreter does not exist: the same error as for a
# script that does not.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
printf '#!/usr/bin/no-such-interpreter\n' >/tmp/s
chmod 755 /tmp/s
# execve is system call 59 on x86-64.
perl -e '
  my ($path, $argument, $environment) = ("/tmp/s", "argument", "\0" x 8);
  my $argv = pack("p2", $path, $argument) . "\0" x 8;
  syscall(59, $path, $argv, $environment);
  select undef, undef, undef, 0.3;  # what was passed stays in memory for whoever looks late'
rm -f /tmp/s
