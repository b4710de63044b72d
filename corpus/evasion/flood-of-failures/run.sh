#!/bin/sh
# Root's perl fails to execute something twenty thousand times, or for ten seconds, to hide one
# program of /tmp in the noise.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
printf 'no program' >/tmp/decoy
chmod 644 /tmp/decoy
perl -e '
  my $other = fork;
  my $end = time + 10;
  if ($other == 0) { for (1 .. 20000) { exec {"/tmp/decoy"} "decoy"; last if time > $end; } exit; }
  select undef, undef, undef, 0.02;
  system "/tmp/x", "0.05";
  waitpid $other, 0;'
rm -f /tmp/x /tmp/decoy
