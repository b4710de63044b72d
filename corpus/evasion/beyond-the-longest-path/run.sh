#!/bin/sh
# Root's shell runs a program that lies so deep that no absolute path of it fits into the 4096
# bytes that the kernel has for one.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/program
perl -e '
  my $folder = "d" x 255;
  chdir "/tmp" or die $!;
  for (1 .. 20) { mkdir $folder and chdir $folder or die $!; }
  link "/tmp/program", "x" or die $!;
  unlink "/tmp/program";
  system("./x", "0.2") == 0 or die;
  unlink "x" or die $!;
  for (1 .. 20) { chdir ".." and rmdir $folder or die $!; }'
