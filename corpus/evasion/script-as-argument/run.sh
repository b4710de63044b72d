#!/bin/sh
# Root's shell has an interpreter read a script of /tmp, in the way the variant names; nothing
# there is executed. Options come before it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
printf 'sleep 0.2\n' >/tmp/s.sh
printf 'import time\ntime.sleep(0.2)\n' >/tmp/s.py
case $1 in
  shell) bash /tmp/s.sh ;;
  python) python3 -I /tmp/s.py ;;
  source) sh -c '. /tmp/s.sh' ;;
  stdin) bash </tmp/s.sh ;;
  options)
    sh - /tmp/s.sh
    bash -oe pipefail /tmp/s.sh
    printf 'p\n' >/tmp/s.sed
    echo one | sed -n -e = --file=/tmp/s.sed >/dev/null
    ;;
esac
rm -f /tmp/s.sh /tmp/s.py
