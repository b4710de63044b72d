#!/bin/sh
# Root packs a snap; a user runs it: snap, snap-confine and snap-exec start its program from /snap.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /srv/hello/meta /srv/hello/bin /snap/hello/x1 /snap/bin /var/lib/snapd/seccomp/bpf /home/bob
echo bob:x:2000:2000::/home/bob:/bin/sh >>/etc/passwd
chown 2000:2000 /home/bob
cp /bin/busybox /srv/hello/bin/busybox
cat >/srv/hello/bin/hello <<'EOF'
#!/bin/sh
"$SNAP"/bin/busybox echo "hello from $SNAP"
"$SNAP"/bin/busybox sleep 0.1
EOF
chmod 755 /srv/hello/bin/hello
cat >/srv/hello/meta/snap.yaml <<'EOF'
name: hello
version: "1"
summary: A snap
description: A snap.
confinement: classic
base: core22
apps: {hello: {command: bin/hello}}
EOF
snap pack /srv/hello /var/lib/snapd/snaps

# What snapd does to install it, but for the mount, which takes systemd.
mv /var/lib/snapd/snaps/hello_1_all.snap /var/lib/snapd/snaps/hello_x1.snap
cp -r /srv/hello/. /snap/hello/x1/
ln -s x1 /snap/hello/current
ln -s /usr/bin/snap /snap/bin/hello
profile=/var/lib/snapd/seccomp/bpf/snap.hello.hello
echo @unrestricted >$profile.src
/usr/lib/snapd/snap-seccomp compile $profile.src $profile.bin

/usr/lib/snapd/snapd >/srv/log 2>&1 &
daemon=$!
tries=0
until [ -e /var/lib/snapd/system-key ]; do
  tries=$((tries + 1))
  [ $tries -lt 150 ] || { tail /srv/log >&2; exit 1; }
  sleep 0.2
done
HOME=/home/bob setpriv --reuid=2000 --regid=2000 --clear-groups sh -c '/snap/bin/hello; sleep 0.1'
kill $daemon
wait $daemon || true
