#!/bin/sh
# A program is downloaded to /tmp, made executable and run, all from one shell: root's or a user's.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A file: address stands in for a server: nothing reaches a network.
steps='curl -s -o /tmp/x file:///usr/bin/sleep; chmod +x /tmp/x; /tmp/x 0.2; rm -f /tmp/x'
case $1 in
  root) sh -c "$steps" ;;
  user) setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$steps" ;;
esac
