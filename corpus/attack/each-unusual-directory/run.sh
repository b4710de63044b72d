#!/bin/sh
# An ordinary user runs a program from one directory of each class that should hold none.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of true stands in for the program. Directories that the sandbox does not have are made in it.
for directory in \
  /tmp \
  /tmp/a/b \
  /var/tmp \
  /tmp/.X11-unix \
  /dev/shm \
  /dev/.udev \
  /run \
  /run/lock \
  /run/user/1000 \
  /var/log \
  /var/spool/x \
  /boot \
  /var/www/html \
  /home/alice/public_html \
  /var/lib/mysql \
  /etc \
  /usr/share/man \
  /usr/include \
  /usr/src/x \
  /mnt \
  /var/cache/x \
  /var/lib/x \
  /var/x \
  /home/alice/.cache \
  /srv \
  /opt/.x
do
  mkdir -p "$directory"
  cp /usr/bin/sleep "$directory/tool"
  setpriv --reuid=1000 --regid=1000 --clear-groups "$directory/tool" 0.05
done
