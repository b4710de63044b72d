#!/bin/sh
# Root names a library of /var/tmp in /etc/ld.so.preload; the next program loads it without any
# sign in its environment.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of a library of the system stands in for the attacker's.
cp "$(dirname "$(readlink -f /lib*/ld-linux-x86-64.so.2)")/libm.so.6" /var/tmp/evil.so
echo /var/tmp/evil.so >/etc/ld.so.preload
/usr/bin/sleep 0.2
: >/etc/ld.so.preload
rm -f /var/tmp/evil.so /etc/ld.so.preload
