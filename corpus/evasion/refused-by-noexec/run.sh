#!/bin/sh
# An ordinary user's perl tries to run a program from a file system that is mounted noexec.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir /tmp/noexec
mount -t tmpfs -o noexec none /tmp/noexec
cp /usr/bin/sleep /tmp/noexec/x
# execve is system call 59 on x86-64.
setpriv --reuid=1000 --regid=1000 --clear-groups perl -e '
  my ($path, $argument, $environment) = ("/tmp/noexec/x", "0.2", "\0" x 8);
  my $argv = pack("p2", $path, $argument) . "\0" x 8;
  syscall(59, $path, $argv, $environment);
  select undef, undef, undef, 0.3;  # what was passed stays in memory for whoever looks late'
umount /tmp/noexec
rmdir /tmp/noexec
