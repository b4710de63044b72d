#!/bin/sh
# Root's shell makes a folder of /tmp the root of a mount namespace and runs a program there,
# whose path then begins with /usr.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A static copy of busybox stands in for the program.
mkdir -p /tmp/root/usr/bin /tmp/root/old
cp /bin/busybox /tmp/root/usr/bin/busybox
unshare --mount sh -c '
  mount --bind /tmp/root /tmp/root
  cd /tmp/root
  pivot_root . old
  exec /usr/bin/busybox sleep 0.2'
rm -rf /tmp/root
