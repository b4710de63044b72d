#!/bin/sh
# Root's perl fails to execute something twenty thousand times, to hide one program of /tmp in
# the noise.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
printf 'no program' >/tmp/decoy
chmod 644 /tmp/decoy
perl -e '
  my $other = fork;
  if ($other == 0) { exec {"/tmp/decoy"} "decoy" for 1 .. 20000; exit; }
  select undef, undef, undef, 0.02;
  system "/tmp/x", "0.05";
  waitpid $other, 0;'
rm -f /tmp/x /tmp/decoy
