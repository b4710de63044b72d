#!/bin/sh
# Root's shell runs a script of /tmp that does not name its interpreter: the kernel refuses it,
# and whoever tried runs it in another way.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
printf 'sleep 0.2\n' >/tmp/s
chmod 755 /tmp/s
case $1 in
  dash) /tmp/s ;;
  bash) bash -c '/tmp/s; true' ;;
  busybox) busybox sh -c '/tmp/s; true' ;; # it becomes another of itself
  execvp) env /tmp/s ;; # execvp(3) gives it to /bin/sh
esac
rm -f /tmp/s
