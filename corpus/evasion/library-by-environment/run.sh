#!/bin/sh
# Root's shell has the dynamic loader load a library of /tmp into a program of the system, by the
# variable that the variant names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# Copies of libraries of the system stand in for the attacker's.
libraries=$(dirname "$(readlink -f /lib*/ld-linux-x86-64.so.2)")
case $1 in
  preload)
    cp "$libraries/libm.so.6" /tmp/evil.so
    LD_PRELOAD=/tmp/evil.so /usr/bin/sleep 0.2 ;;
  audit)
    cp "$libraries/audit/sotruss-lib.so" /tmp/evil.so
    LD_AUDIT=/tmp/evil.so /usr/bin/sleep 0.2 2>/dev/null ;;
  library-path)
    cp "$libraries/libc.so.6" /tmp/libc.so.6
    LD_LIBRARY_PATH=/tmp /usr/bin/sleep 0.2 ;;
esac
rm -f /tmp/evil.so /tmp/libc.so.6
