#!/bin/sh
# Root's perl asks the kernel whether it might execute a program of /tmp, and does not execute it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
cp /usr/bin/sleep /tmp/x
cp /usr/bin/sleep /tmp/y
chmod 644 /tmp/y
# execveat is system call 322 on x86-64; flag 0x10000 is AT_EXECVE_CHECK, Linux 6.14, and -100 is
# AT_FDCWD.
perl -e '
  use strict;
  my @kept;  # a recorder on a kernel without dynamic events looks there a moment later
  sub ask {
    my ($path) = @_;
    my $call = [$path, "", "\0" x 8];
    push @kept, $call;
    $call->[1] = pack("p", $call->[0]) . "\0" x 8;
    return syscall(322, -100, @$call, 0x10000);
  }
  my ($yes, $no) = (ask("/tmp/x"), ask("/tmp/y"));
  select undef, undef, undef, 0.3;
  die "answers: $yes $no" unless $yes == 0 and $no == -1;'
rm -f /tmp/x /tmp/y
