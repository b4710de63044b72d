#!/bin/sh
# The cron daemon runs jobs at its start, and run-parts those of the day.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

useradd -m -s /bin/sh alice
mkdir -p /var/spool/cron/crontabs /run/lock
printf '@reboot root cd / && run-parts --report /etc/cron.weekly\n' >/etc/cron.d/mine
rm -f /etc/cron.d/e2scrub_all /etc/cron.d/sysstat
printf '@reboot test -d /home/alice && date >/home/alice/seen\n' | crontab -u alice -
mkdir -p /etc/cron.weekly
rm -f /etc/cron.weekly/*
printf '#!/bin/sh\nfind /var/backups -name "dpkg.status.*" -mtime +7 >/dev/null\n' >/etc/cron.weekly/tidy
chmod 755 /etc/cron.weekly/tidy
rm -f /run/crond.reboot
/usr/sbin/cron -f &
i=0
until [ -s /home/alice/seen ] || [ $i -gt 80 ]; do sleep 0.05; i=$((i + 1)); done
sleep 0.1
kill $!
