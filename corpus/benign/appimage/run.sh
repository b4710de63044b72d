#!/bin/sh
# A user logs in and runs an AppImage: its runtime mounts what it carries below /tmp, or unpacks it there, and runs that.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# No package of Debian holds an AppImage, but the source of libappimage does:
#   apt-get source --download-only libappimage && tar xf libappimage_1.0.4-5.orig.tar.gz
#   install -D -m 644 libappimage-1.0.4-5/tests/data/Echo-x86_64.AppImage -t /usr/share/appimage-echo
echo alice:x:2000:2000::/home/alice:/bin/bash >>/etc/passwd
echo 'alice:*:19000:0:99999:7:::' >>/etc/shadow
mkdir -p /home/alice/Applications
cp /usr/share/appimage-echo/Echo-x86_64.AppImage /home/alice/Applications/
chmod 755 /home/alice/Applications/Echo-x86_64.AppImage
chown -R 2000:2000 /home/alice
[ "$1" = unpacked ] && options=--appimage-extract-and-run || options=
cat >/home/alice/commands <<COMMANDS
Applications/Echo-x86_64.AppImage $options hello
sleep 0.3
exit
COMMANDS
script -qec 'exec login -f alice' /dev/null </home/alice/commands >/home/alice/typescript
grep -q '^hello' /home/alice/typescript || { cat /home/alice/typescript >&2; exit 1; }
