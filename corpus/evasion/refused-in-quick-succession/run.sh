#!/bin/sh
# Root's perl tries to execute a file that may not be executed and one that is no program, in
# turns, from the same place in its memory and without a pause.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
printf 'no program' >/tmp/denied
printf 'no program' >/tmp/nothing
chmod 644 /tmp/denied
chmod 755 /tmp/nothing
# execve is system call 59 on x86-64.
perl -e '
  use strict;
  my ($path, $argument) = ("." x 16, "." x 16);
  my ($argv, $environment) = (pack("p*", $argument) . "\0" x 8, "\0" x 8);
  for my $turn (1 .. 50) {
    for my $name ("/tmp/denied\0", "/tmp/nothing\0") {
      substr $path, 0, length $name, $name;
      substr $argument, 0, length $name, $name;
      syscall(59, $path, $argv, $environment);
    }
  }
  substr $path, 0, 6, "/tmp/\0";
  substr $argument, 0, 6, "/tmp/\0";
  select undef, undef, undef, 0.3;'
rm -f /tmp/denied /tmp/nothing
