#!/bin/sh
# Code and data that are in no file, or in one that is not to be seen.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  decoded)
    # select(undef,undef,undef,0.05)
    perl -e 'eval(pack("H*", "73656c65637428756e6465662c756e6465662c756e6465662c302e303529"))'
    ;;
  encoder)
    echo aGVsbG8K >/tmp/text
    base64 -d /tmp/text
    ;;
  hidden)
    cp /usr/bin/sleep /usr/local/share/.x
    /usr/local/share/.x 0.05
    ;;
esac
sleep 0.05
