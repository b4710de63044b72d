#!/bin/sh
# Tools run that are known by their names and by their arguments.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  miner)
    cp /usr/bin/sleep /usr/local/bin/xmrig
    /usr/local/bin/xmrig 0.05
    cp /usr/bin/true /usr/local/bin/worker
    /usr/local/bin/worker -o stratum+tcp://pool.example.org:3333 -u x
    ;;
  guesser)
    cp /usr/bin/sleep /usr/local/bin/hydra
    /usr/local/bin/hydra 0.05
    ;;
  scanner)
    cp /usr/bin/sleep /usr/local/bin/masscan
    /usr/local/bin/masscan 0.05
    ;;
  searcher)
    grep -ri 'api_key' /etc/hosts || true
    ;;
  attributes)
    touch /tmp/f
    chmod u+s /tmp/f
    rm -f /tmp/f
    ;;
esac
sleep 0.05
