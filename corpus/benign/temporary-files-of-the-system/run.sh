#!/bin/sh
# systemd makes and tidies temporary folders, accounts and modules' names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /etc/tmpfiles.d /etc/sysusers.d
printf 'd /run/greet 0755 root root 10d\nf /run/greet/state 0644 root root - ready\nD /tmp/greet 0700 root root 1s\n' >/etc/tmpfiles.d/greet.conf
printf 'u greet - "Greets" /var/lib/greet\n' >/etc/sysusers.d/greet.conf
systemd-tmpfiles --create --remove /etc/tmpfiles.d/greet.conf
systemd-tmpfiles --clean /etc/tmpfiles.d/greet.conf
systemd-sysusers /etc/sysusers.d/greet.conf
systemd-escape --path /run/greet >/dev/null
