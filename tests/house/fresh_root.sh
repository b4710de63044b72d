#!/bin/bash
# Types a command as the first one ever on a Debian machine with nothing but its base system: in a
# new root folder in memory, with a copy of this project and the running kernel. Not run in CI: needs
# root, debootstrap, a network, some 4 GB of memory, and the time of a whole build.
set -euo pipefail

usage="usage: sudo tests/house/fresh_root.sh COMMAND [ARGUMENT…]      for example scripts/demo
The base system is kept in \$EXECTRAIL_FRESH (default /var/tmp/exectrail-fresh) for the next time;
\$EXECTRAIL_SUITE (default bookworm) and \$EXECTRAIL_MIRROR (default that of debootstrap) choose it."
cache=${EXECTRAIL_FRESH:-/var/tmp/exectrail-fresh}
suite=${EXECTRAIL_SUITE:-bookworm}
base=$cache/$suite.tar
project=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

fail() { printf 'fresh_root.sh: %s\n' "$1" >&2 && exit "${2:-3}"; }
[[ $# -gt 0 ]] || fail "$usage" 2
[[ $EUID -eq 0 ]] || fail "needs root, this is $(id -un)"

# The second half, in a mount namespace of its own: whatever is mounted here, the new root itself
# included, is gone with the last process in it.
if [[ $1 == --inside ]]; then
  root=$2
  shift 2
  mount -t tmpfs -o mode=755,size=8G exectrail-fresh "$root"
  tar -C "$root" -xf "$base"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir "$root/exectrail"
  tar -C "$project" --exclude=./build --exclude=./.git -cf - . | tar -C "$root/exectrail" -xf -
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  # Not chroot: a process in a mount namespace of its own would still show paths of this machine.
  mkdir "$root/old"
  cd "$root"
  pivot_root . old
  umount --lazy /old
  rmdir /old
  cd /exectrail
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 "$@"
fi

mkdir -p "$cache"
if [[ ! -e $base ]]; then
  command -v debootstrap >/dev/null || fail "no debootstrap here: scripts/setup --dev"
  echo "making the base system of $suite: $base"
  made=$(mktemp -d "$cache/base.XXXXXX")
  chmod 755 "$made"
  debootstrap --variant=minbase "$suite" "$made" ${EXECTRAIL_MIRROR:+"$EXECTRAIL_MIRROR"} \
    >"$cache/$suite.log" || fail "debootstrap failed: see $cache/$suite.log; remove $made"
  tar -C "$made" --one-file-system -cf "$base.new" .
  mv "$base.new" "$base"
  rm -rf --one-file-system "$made"
fi

root=$(mktemp -d "$cache/root.XXXXXX")
trap 'rmdir "$root"' EXIT
begin=$SECONDS
status=0
unshare --mount --propagation private "${BASH_SOURCE[0]}" --inside "$root" "$@" </dev/null ||
  status=$?
echo "fresh_root.sh: '$*' ended with status $status after $((SECONDS - begin)) s" >&2
exit "$status"
