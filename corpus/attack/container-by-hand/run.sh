#!/bin/sh
# Root's shell has a container runtime run a program in a container. The runtime runs once more, from a detached mount.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /var/lib/box/rootfs/bin /var/lib/box/rootfs/dev
cp /bin/busybox /var/lib/box/rootfs/bin/busybox
cd /var/lib/box
cat >config.json <<'EOF'
{
  "ociVersion": "1.0.0",
  "process": {
    "user": {"uid": 0, "gid": 0},
    "args": ["/bin/busybox", "sleep", "0.2"],
    "env": ["PATH=/bin"],
    "cwd": "/"
  },
  "root": {"path": "rootfs"},
  "hostname": "box",
  "mounts": [],
  "linux": {
    "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}],
    "gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}],
    "namespaces": [{"type": "user"}, {"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}]
  }
}
EOF
# It wants to see control groups, and leaves them alone.
mount -t cgroup2 -o ro cgroup2 /sys/fs/cgroup
XDG_RUNTIME_DIR=/run crun --cgroup-manager=disabled run box </dev/null
