#!/bin/sh
# Root's shell runs programs of /tmp whose names people take for other ones: a space at the end,
# a Cyrillic letter.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
case $1 in
  trailing-space) name='sshd ' ;;
  look-alike) name=$(printf 's\321\225hd') ;; # the second letter is U+0455
esac

# A copy of sleep stands in for the program.
cp /usr/bin/sleep "/tmp/$name"
"/tmp/$name" 0.2
rm -f "/tmp/$name"
