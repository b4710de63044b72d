#!/bin/sh
# Root looks at processes, settings and devices.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

modinfo -n tcp_bbr >/dev/null 2>&1 || true
sysctl -n kernel.ostype >/dev/null
sysctl kernel.randomize_va_space >/dev/null
free >/dev/null
ps aux >/dev/null
pgrep -x sh >/dev/null
lsblk >/dev/null 2>&1 || true
blkid >/dev/null 2>&1 || true
uptime >/dev/null 2>&1 || true
