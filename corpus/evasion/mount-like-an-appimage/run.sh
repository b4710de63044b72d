#!/bin/sh
# A web server, a daemon, and a daemon that claims a login run a program from a mount that an AppImage made below /tmp.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# The mount is a real one: what somebody who got into a server would bring (benign/appimage has where it is from).
image=/home/bob/site/Echo-x86_64.AppImage
mkdir -p /home/bob/site
cp /usr/share/appimage-echo/Echo-x86_64.AppImage $image
chmod 755 $image
case $1 in
  server | server-of-a-session)
    cat >/etc/lighttpd/scenario.conf <<'CONF'
server.modules = ( "mod_cgi" )
server.document-root = "/home/bob/site"
server.bind = "127.0.0.1"
server.port = 80
server.username = "www-data"
server.groupname = "www-data"
server.pid-file = "/run/lighttpd.pid"
cgi.assign = ( ".AppImage" => "" )
CONF
    if [ "$1" = server ]; then
      lighttpd -f /etc/lighttpd/scenario.conf
    else
      rm -f /root/.profile /root/.bash* # whatever is in them
      printf 'lighttpd -f /etc/lighttpd/scenario.conf\nexit\n' | script -qec 'exec login -f root' /dev/null
    fi
    cat >/home/bob/request <<'CLIENT'
until { exec 3<>/dev/tcp/127.0.0.1/80; } 2>/dev/null; do sleep 0.05; done
printf 'GET /Echo-x86_64.AppImage HTTP/1.0\r\n\r\n' >&3
cat <&3
CLIENT
    bash /home/bob/request
    kill "$(cat /run/lighttpd.pid)"
    ;;
  daemon) setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$image hello; sleep 0.3" ;;
  # Who has no login may give himself one: so does what logs people in. What is above has none all the same.
  claimed-login)
    setpriv --reuid=65534 --regid=65534 --clear-groups sh -c \
      "echo 65534 >/proc/self/loginuid; sh -c '$image hello; sleep 0.3'"
    ;;
esac
sleep 0.3
