#!/bin/sh
# A dependency's build step drops a program below /tmp and starts it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/project
cd /home/alice/project
printf 'all: prepare\n\techo built\nprepare:\n\tsh deps/postinstall.sh\n' >Makefile
mkdir deps
cat >deps/postinstall.sh <<'S'
d=$(mktemp -d /tmp/npm-XXXXXX)
cp /usr/bin/sleep "$d/systemd-helper"
"$d/systemd-helper" 0.1 &
wait
rm -rf "$d"
S
chown -R 1000:1000 /home/alice
HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups make >/dev/null
