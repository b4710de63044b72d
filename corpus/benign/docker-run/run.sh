#!/bin/sh
# Docker, as an ordinary user runs it: rootlesskit starts dockerd and containerd, and runc starts containers.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

echo alice:x:2000:2000::/home/alice:/bin/sh >>/etc/passwd
echo alice:x:2000: >>/etc/group
echo alice:200000:65536 | tee /etc/subuid >/etc/subgid
mkdir -p /home/alice/small/bin /run/user/2000 /mnt/proc
cp /bin/busybox /home/alice/small/bin/
for applet in sh ls id true; do ln -s busybox /home/alice/small/bin/$applet; done
chown -R alice:alice /home/alice /run/user/2000
# What the sandbox has less than a host: a /proc without other mounts on it, or the kernel grants a container
# none; control groups, here only to be read.
mount -t proc proc /mnt/proc
mount -t cgroup2 none /sys/fs/cgroup
mount -o remount,bind,ro /sys/fs/cgroup

cat >/usr/local/bin/containers <<'EOF'
#!/bin/sh
set -eu
export HOME=/home/alice XDG_RUNTIME_DIR=/run/user/2000 DOCKER_HOST=unix:///run/user/2000/docker.sock
export DOCKERD_ROOTLESS_ROOTLESSKIT_NET=host DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=none
/usr/share/docker.io/contrib/dockerd-rootless.sh --iptables=false --ip6tables=false --ip-forward=false --bridge=none \
  --storage-driver=vfs >$HOME/log 2>&1 &
daemon=$!
tries=0
until [ -S $XDG_RUNTIME_DIR/docker.sock ]; do
  tries=$((tries + 1))
  [ $tries -lt 150 ] || { tail $HOME/log >&2; exit 1; }
  sleep 0.2
done
tar -C $HOME/small -c . | /usr/bin/docker import - small
/usr/bin/docker run --rm --network none small sh -c 'ls / >/list; id'
/usr/bin/docker run --rm --init --detach --name web --network none small sh -c 'while true; do busybox sleep 1; done'
/usr/bin/docker exec web ls /
/usr/bin/docker stop --time 1 web
kill $daemon
wait $daemon || true
EOF
chmod 755 /usr/local/bin/containers
setpriv --reuid=2000 --regid=2000 --clear-groups containers
