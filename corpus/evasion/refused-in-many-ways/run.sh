#!/bin/sh
# Root's perl tries to execute what cannot be executed, once for each reason that the kernel
# gives, and then executes something.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
cd /tmp
cp /usr/bin/sleep program
cp /usr/bin/sleep no-permission
cp /usr/bin/sleep being-written
printf 'no program' >text
printf '\177ELF and no more' >broken
ln -s loop loop
chmod 755 text broken
chmod 644 no-permission
# execve is system call 59 on x86-64; exec would have a shell run what the kernel does not. What an
# attempt was given stays in memory for a while, because a recorder on a kernel without dynamic events
# looks there a moment later.
perl -e '
  use strict;
  my @kept;
  sub run {
    my $call = [@_];
    push @$call, pack("p*", @$call[1 .. $#$call]) . "\0" x 8, "\0" x 8;
    push @kept, $call;
    syscall(59, $call->[0], $call->[-2], $call->[-1]);
    select undef, undef, undef, 0.04;
  }
  open my $writer, ">>", "/tmp/being-written" or die $!;
  for my $path ("/tmp/missing", "/tmp/program/below", "/tmp/text", "/tmp/broken", "/tmp",
                "/tmp/no-permission", "/tmp/being-written", "/tmp/loop",
                "/tmp/" . "n" x 256, "") {
    run($path, "first", "second");
  }
  run("/tmp/program", "first", "x" x 140000);  # one argument may have 131072 bytes
  select undef, undef, undef, 0.3;
  run("/tmp/program", "first", "0.1");
  die $!'
rm -f program text broken no-permission being-written loop
