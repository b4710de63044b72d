#!/bin/sh
# Root's shell mounts an overlay whose upper layer is in /tmp, and runs a program of that layer
# by its path in the overlay.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
mkdir -p /tmp/upper /tmp/work
mount -t overlay overlay -o "lowerdir=/usr/local/bin,upperdir=/tmp/upper,workdir=/tmp/work" \
  /usr/local/bin
cp /usr/bin/sleep /usr/local/bin/x
/tmp/upper/x 0.1
/usr/local/bin/x 0.2
umount /usr/local/bin
rm -rf /tmp/upper /tmp/work
