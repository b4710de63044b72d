#!/bin/sh
# Root's shell runs a program of /tmp by a path that leads through /proc.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
cp /usr/bin/sleep /tmp/x
case $1 in
  self) process=self ;;
  shell) process=$$ ;;
esac
/proc/$process/root/tmp/x 0.2
rm -f /tmp/x
