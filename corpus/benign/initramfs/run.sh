#!/bin/sh
# Root builds an initial RAM file system, whose parts are run where they are put together.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

kernel=0.0.0-scenario
mkdir -p "/lib/modules/$kernel/kernel"
: >"/lib/modules/$kernel/modules.order"
: >"/lib/modules/$kernel/modules.builtin"
: >"/lib/modules/$kernel/modules.builtin.modinfo"
echo CONFIG_RD_GZIP=y >"/boot/config-$kernel"
depmod "$kernel"
mkinitramfs -c gzip -o /boot/initrd.img "$kernel" >/dev/null
test -s /boot/initrd.img
