#!/bin/sh
# A user's script hides a program below /dev/shm, makes it executable, and lets find run it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

cat >/tmp/install.sh <<'EOF'
#!/bin/sh
set -eu
mkdir /dev/shm/.fontcache
# A copy of sleep stands in for the program.
cp /usr/bin/sleep /dev/shm/.fontcache/fc-worker
chmod 755 /dev/shm/.fontcache/fc-worker
find /dev/shm/.fontcache -type f -name 'fc-*' -exec {} 0.2 \;
rm -rf /dev/shm/.fontcache
EOF
chmod 755 /tmp/install.sh
setpriv --reuid=65534 --regid=65534 --clear-groups /tmp/install.sh
