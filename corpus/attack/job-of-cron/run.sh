#!/bin/sh
# A job that somebody left for the cron daemon runs a hidden program of /var/tmp.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /var/tmp/.font /var/spool/cron/crontabs
cp /usr/bin/sleep /var/tmp/.font/unix
rm -f /etc/cron.d/*
printf '@reboot root /var/tmp/.font/unix 0.1\n' >/etc/cron.d/font
rm -f /run/crond.reboot
/usr/sbin/cron -f &
sleep 0.4
kill $!
