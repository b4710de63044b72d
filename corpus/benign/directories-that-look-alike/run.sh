#!/bin/sh
# Programs run from directories whose names only look like unusual ones, and from usual ones.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

for directory in /tmpx /var.tmp /devel /run-parts /usr/local/bin /usr/local/tmp /opt/tmp/bin /home/alice/bin /usr/lib/x /usr/libexec/x /etc/cron.daily /etc/init.d; do
  mkdir -p "$directory"
  cp /usr/bin/sleep "$directory/tool"
  "$directory/tool" 0.05
done
cd /tmp
/usr/bin/../bin/sleep 0.05
../usr/bin/sleep 0.05
/tmp/../usr/bin/sleep 0.05
