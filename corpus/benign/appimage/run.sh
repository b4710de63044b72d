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
image=/home/alice/Applications/Echo-x86_64.AppImage
cp /usr/share/appimage-echo/Echo-x86_64.AppImage $image
chmod 755 $image
runs="Applications/Echo-x86_64.AppImage hello"
case $1 in
  unpacked*) runs="Applications/Echo-x86_64.AppImage --appimage-extract-and-run hello" ;;
  extracted) runs='Applications/Echo-x86_64.AppImage --appimage-extract >/dev/null; squashfs-root/AppRun hello' ;;
  extracted-to-tmp) runs='cd /tmp; ~/Applications/Echo-x86_64.AppImage --appimage-extract >/dev/null; squashfs-root/AppRun hello' ;;
esac
case $1 in
  # As most are made: AppRun is a script, and the program brings its libraries. Its runtime is that of the other.
  *libraries)
    runtime=$($image --appimage-offset)
    mkdir -p /srv/carried/usr/bin /srv/carried/usr/lib
    cp /usr/bin/ls /srv/carried/usr/bin/
    cp /usr/lib/*/libselinux.so.1 /usr/lib/*/libpcre2-8.so.0 /srv/carried/usr/lib/
    printf '#!/bin/sh\nexport LD_LIBRARY_PATH=$APPDIR/usr/lib\n"$APPDIR/usr/bin/ls" /etc/hostname && echo hello\nsleep 0.2\n' \
      >/srv/carried/AppRun
    chmod 755 /srv/carried/AppRun
    head -c "$runtime" /usr/share/appimage-echo/Echo-x86_64.AppImage >$image
    mksquashfs /srv/carried /srv/filesystem -comp gzip -all-root -quiet -no-progress
    cat /srv/filesystem >>$image
    ;;
esac
chown -R 2000:2000 /home/alice
rm -rf /etc/profile.d # whatever this host has there
cat >/home/alice/commands <<COMMANDS
$runs
sleep 0.3
exit
COMMANDS
script -qec 'exec login -f alice' /dev/null </home/alice/commands >/home/alice/typescript
grep -q '^hello' /home/alice/typescript || { cat /home/alice/typescript >&2; exit 1; }
