#!/bin/sh
# Root's shell runs a script of /tmp; the kernel runs what its first line names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
case $1 in
  shell) line='/bin/sh' code='sleep 0.2' ;;
  python) line='/usr/bin/python3 -I' code='import time; time.sleep(0.2)' ;;
  env) line='/usr/bin/env sh' code='sleep 0.2' ;;
esac
printf '#!%s\n%s\n' "$line" "$code" >/tmp/s
chmod 755 /tmp/s
/tmp/s argument
rm -f /tmp/s
