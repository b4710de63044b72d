#!/bin/sh
# A server where none was, a runtime without an engine, a way out of a container.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  server)
    cp /usr/bin/sleep /usr/local/sbin/darkhttpd
    /usr/local/sbin/darkhttpd 0.05
    ;;
  runtime)
    cp /usr/bin/sleep /usr/local/sbin/runc
    /usr/local/sbin/runc 0.05
    ;;
  namespaces)
    nsenter -t 1 -m sleep 0.05
    ;;
  file)
    cat /proc/sys/kernel/core_pattern >/dev/null
    ;;
esac
sleep 0.05
