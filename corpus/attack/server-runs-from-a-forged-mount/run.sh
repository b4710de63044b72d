#!/bin/sh
# A web server is made to run a program from a folder that is called like the mount of an AppImage.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /tmp/.mount_x /home/bob
chmod 755 /tmp/.mount_x
# A copy of cat stands in for the program: it gives the request's body back.
cp /usr/bin/cat /tmp/.mount_x/x.cgi
cat >/etc/lighttpd/scenario.conf <<'CONF'
server.modules = ( "mod_cgi" )
server.document-root = "/tmp/.mount_x"
server.bind = "127.0.0.1"
server.port = 80
server.username = "www-data"
server.groupname = "www-data"
server.pid-file = "/run/lighttpd.pid"
cgi.assign = ( ".cgi" => "" )
CONF
lighttpd -f /etc/lighttpd/scenario.conf

cat >/home/bob/request <<'CLIENT'
until { exec 3<>/dev/tcp/127.0.0.1/80; } 2>/dev/null; do sleep 0.05; done
printf 'POST /x.cgi HTTP/1.0\r\nContent-Length: 32\r\n\r\nContent-Type: text/plain\r\n\r\nhello' >&3
cat <&3
CLIENT
bash /home/bob/request

kill "$(cat /run/lighttpd.pid)"
rm -rf /tmp/.mount_x
