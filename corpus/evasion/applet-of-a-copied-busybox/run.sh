#!/bin/sh
# Root's shell runs an applet of a copied busybox: what it does only its first argument tells.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
cp /bin/busybox /tmp/.busybox
ln -s .busybox /tmp/sleep
/tmp/sleep 0.2
/tmp/.busybox sleep 0.2
rm -f /tmp/.busybox /tmp/sleep
