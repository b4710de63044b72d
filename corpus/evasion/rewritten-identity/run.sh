#!/bin/sh
# Root's shell runs a program of /tmp that, with its first instructions, overwrites its arguments
# and its name, or the link to its file below /proc.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
gcc -nostdlib -static -fno-pie -no-pie -O1 -fno-stack-protector -fcf-protection=none -o /tmp/x \
  "/scenario/$1.c"
# Several times: who looks early is right now and then.
for run in 1 2 3 4 5 6; do
  /tmp/x secret 203.0.113.5:443
done
rm -f /tmp/x
