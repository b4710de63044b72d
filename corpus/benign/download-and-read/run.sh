#!/bin/sh
# Data is downloaded and read; programs of the system run meanwhile.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

curl -s -o /tmp/data file:///etc/hostname
cat /tmp/data
wc -c /tmp/data
sleep 0.05
rm -f /tmp/data
