#!/bin/sh
# Programs that are no shells are made to start one.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  find)
    find /etc/hostname -exec /bin/sh \; </dev/null
    ;;
  awk)
    awk 'BEGIN { system("/bin/sh") }' </dev/null
    ;;
  java)
    cp /usr/bin/dash /usr/local/bin/java
    /usr/local/bin/java -c 'sh -c "sleep 0.05; : curl http://example.org/x"; :'
    ;;
esac
sleep 0.05
