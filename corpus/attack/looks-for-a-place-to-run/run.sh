#!/bin/sh
# An ordinary user tries to run a program from a file system that forbids it, again and again.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir /tmp/noexec
mount -t tmpfs -o noexec none /tmp/noexec
sleep 0.3  # mount tables are read ten times a second at most
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
  cp /usr/bin/sleep "/tmp/noexec/x$number"
done
setpriv --reuid=1000 --regid=1000 --clear-groups perl -e '
  for my $number (1 .. 25) {
    exec {"/tmp/noexec/x$number"} "x", "0.1";
    select undef, undef, undef, 0.01;
  }'
umount /tmp/noexec
rmdir /tmp/noexec
