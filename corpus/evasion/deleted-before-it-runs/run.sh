#!/bin/sh
# Root's perl opens a program of /tmp, deletes it, and runs what it has open.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program. execveat is system call 322 on x86-64, 0x1000 is
# AT_EMPTY_PATH.
cp /usr/bin/sleep /tmp/x
perl -e '
  $^F = 9;  # descriptors stay open across exec
  open my $file, "<", "/tmp/x" or die $!;
  unlink "/tmp/x" or die $!;
  my @arguments = ("x", "0.2");
  my ($argv, $environment, $path) = (pack("p*", @arguments) . "\0" x 8, "\0" x 8, "");
  syscall(322, fileno $file, $path, $argv, $environment, 0x1000);
  die $!'
