#!/bin/sh
# Root's shell runs an applet of a copied busybox: what it does only its first argument tells.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
mkdir /tmp/.cache
cp /bin/busybox /tmp/.cache/busybox
ln -s .cache/busybox /tmp/sleep
/tmp/sleep 0.2
/tmp/.cache/busybox sleep 0.2
rm -rf /tmp/.cache /tmp/sleep
