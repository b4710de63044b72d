#!/bin/sh
# Root's shell runs a program whose path is as long as the kernel allows, 4095 bytes.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# A copy of sleep stands in for the program. Names may have 255 bytes: /tmp, 15 folders, and a
# program whose name fills the rest.
folder=$(printf '%0255d' 0 | tr 0 d)
path=/tmp
i=0
while [ $i -lt 15 ]; do
  mkdir "$path/$folder"
  path=$path/$folder
  i=$((i + 1))
done
name=$(printf "%0$((4095 - ${#path} - 1))d" 0 | tr 0 x)
cp /usr/bin/sleep "$path/$name"
"$path/$name" 0.2
rm -rf "/tmp/$folder"
