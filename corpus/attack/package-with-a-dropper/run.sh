#!/bin/sh
# The script of an installed package drops a program and runs it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/bad/DEBIAN
cd /home/alice
printf 'Package: bad\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: does more than it says\n' >bad/DEBIAN/control
cat >bad/DEBIAN/postinst <<'S'
#!/bin/sh
set -e
cp /usr/bin/sleep /var/tmp/systemd-private-agent
/var/tmp/systemd-private-agent 0.05 &
wait
S
chmod 755 bad/DEBIAN/postinst
dpkg-deb --root-owner-group -Zgzip --build bad bad.deb >/dev/null
dpkg -i bad.deb >/dev/null 2>&1
dpkg -P bad >/dev/null 2>&1
