#!/bin/sh
# Root's shell runs a program that lies 100 folders deep in /tmp.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program.
path=/tmp
i=0
while [ $i -lt 100 ]; do
  path=$path/folder$i
  i=$((i + 1))
done
mkdir -p "$path"
cp /usr/bin/sleep "$path/x"
"$path/x" 0.2
rm -rf /tmp/folder0
