#!/bin/sh
# Shells keep here-documents and process substitutions in files of /tmp that nobody runs.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

bash -c 'cat <<TEXT >/dev/null
a here-document
TEXT
cat <<<"a here-string" >/dev/null
diff <(sort /etc/group) <(sort /etc/group)
list=$(mktemp) && sort /etc/passwd >"$list" && wc -l <"$list" >/dev/null && rm "$list"
mkfifo /tmp/pipe && { echo through >/tmp/pipe & cat /tmp/pipe >/dev/null; } && rm /tmp/pipe
folder=$(mktemp -d /dev/shm/work.XXXX) && cp /etc/hostname "$folder" && tar -C "$folder" -cf - . | tar -tf - >/dev/null
rm -r "$folder"'
