#!/bin/sh
# Root's shell runs a program of /tmp whose name holds bytes that terminals, logs and JSON choke
# on.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
case $1 in
  newline) name=$(printf 'x\nroot logged out') ;;
  escape) name=$(printf 'x\033[2J\033]0;owned\007') ;;
  separator) name=$(printf 'x\342\200\250y') ;;       # U+2028
  right-to-left) name=$(printf 'x\342\200\256gpj.y') ;; # U+202E
  not-utf8) name=$(printf 'x\377\376y') ;;
esac

# A copy of sleep stands in for the program.
cp /usr/bin/sleep "/tmp/$name"
"/tmp/$name" 0.2
rm -f "/tmp/$name"
