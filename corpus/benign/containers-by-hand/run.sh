#!/bin/sh
# Root makes a small root directory, enters it, and makes namespaces with unshare.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

root=/srv/machines/small
mkdir -p $root/bin $root/proc $root/tmp $root/dev
: >$root/dev/null
cp /bin/busybox $root/bin/busybox
ln -s busybox $root/bin/sh
ln -s busybox $root/bin/ls
chroot $root /bin/sh -c 'ls / >/bin/list; true'
unshare --mount --pid --fork --uts chroot $root /bin/sh -c 'busybox mount -t proc proc /proc && busybox ps >/dev/null'
unshare --mount --propagation private sh -c 'mount -t tmpfs none /mnt && ls /mnt'
