#!/bin/sh
# A daemon is started, asked and stopped by its init script.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

cat >/etc/init.d/greet <<'I'
#!/bin/sh
### BEGIN INIT INFO
# Provides: greet
### END INIT INFO
case $1 in
  start) start-stop-daemon --start --quiet --background --make-pidfile --pidfile /run/greet.pid --chuid nobody --exec /usr/bin/sleep -- 5 ;;
  status) start-stop-daemon --status --pidfile /run/greet.pid --exec /usr/bin/sleep ;;
  stop) start-stop-daemon --stop --quiet --retry 1 --remove-pidfile --pidfile /run/greet.pid --exec /usr/bin/sleep ;;
esac
I
chmod 755 /etc/init.d/greet
/etc/init.d/greet start
sleep 0.1
/etc/init.d/greet status
/etc/init.d/greet stop
