#!/bin/sh
# Shells are started by programs that start others, each with a command.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/data
cd /home/alice/data
printf 'one\ntwo\n' >a.txt
cp a.txt b.txt
chown -R 1000:1000 /home/alice
as_alice find . -name '*.txt' -exec sh -c 'wc -l "$1" >/dev/null' sh {} ';'
as_alice sh -c 'ls *.txt | xargs -n1 sh -c "sort \"\$0\" >/dev/null"'
as_alice env LC_ALL=C sh -c 'sort a.txt >sorted'
as_alice nice -n 5 sh -c 'cmp a.txt sorted || true'
as_alice timeout 5 sh -c 'test -s sorted'
as_alice flock /home/alice/data/lock sh -c 'cp a.txt c.txt'
as_alice script -qec 'sh -c "wc -c a.txt"' /dev/null >/dev/null
as_alice awk 'BEGIN { "date" | getline now; system("test -s a.txt"); print now }' >/dev/null
