#!/bin/sh
# A user runs an AppImage: its runtime mounts what it carries below /tmp, or unpacks it there, and runs that.
#
# No package of Debian holds an AppImage, but the source of libappimage does. A package for this scenario is made by:
#   apt-get source libappimage=1.0.4-5 && mkdir -p p/DEBIAN p/usr/share/appimage-echo
#   cp libappimage-1.0.4-5/tests/data/Echo-x86_64.AppImage p/usr/share/appimage-echo
#   printf '%s\n' 'Package: appimage-echo' 'Version: 1.0.4' 'Architecture: amd64' 'Maintainer: me <me@localhost>' \
#     'Description: AppImage' >p/DEBIAN/control && dpkg-deb --build p appimage-echo.deb && dpkg -i appimage-echo.deb
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/bob/Applications
cp /usr/share/appimage-echo/Echo-x86_64.AppImage /home/bob/Applications/
chmod 755 /home/bob/Applications/Echo-x86_64.AppImage
chown -R 65534:65534 /home/bob
case $1 in
  mounted)
    # The sandbox has no /dev/fuse, and nobody there can make it.
    mkdir /mnt/dev
    mount -t devtmpfs none /mnt/dev
    touch /dev/fuse
    mount --bind /mnt/dev/fuse /dev/fuse
    umount /mnt/dev
    options=
    ;;
  unpacked) options=--appimage-extract-and-run ;;
esac
HOME=/home/bob setpriv --reuid=65534 --regid=65534 --clear-groups \
  bash -c "cd ~/Applications && ./Echo-x86_64.AppImage $options hello; sleep 0.3"
