#!/bin/sh
# Root's perl gives a program of /tmp so many arguments that no recorder keeps them all; what
# matters stands at the end.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for the program.
cp /usr/bin/dash /tmp/x
case $1 in
  many) perl -e 'exec {"/tmp/x"} "x", "-c", "sleep 0.2; true", ("a" x 500) x 2000, "evil"' ;;
  huge) perl -e 'exec {"/tmp/x"} "x", "-c", "sleep 0.2; true", ("a" x 130000) x 8, "evil"' ;;
esac
rm -f /tmp/x
