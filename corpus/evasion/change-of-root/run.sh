#!/bin/sh
# Root's shell changes the root directory to a folder of /tmp and runs a program there, whose
# path then begins with /usr.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A static copy of busybox stands in for the program.
mkdir -p /tmp/root/usr/bin
cp /bin/busybox /tmp/root/usr/bin/busybox
chroot /tmp/root /usr/bin/busybox sleep 0.2
rm -rf /tmp/root
