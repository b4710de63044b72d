#!/bin/sh
# A program in shared memory encrypts the files of a home folder and shreds what they were.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/documents
for n in 1 2 3; do echo "letter $n" >/home/alice/documents/$n.txt; done
cp /usr/bin/dash /dev/shm/locker
cat >/dev/shm/work <<'S'
for file in /home/alice/documents/*.txt; do
  openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in "$file" -out "$file.locked"
  shred -u "$file"
done
echo pay >/home/alice/documents/READ_ME
S
chown -R 1000:1000 /home/alice
as_alice /dev/shm/locker /dev/shm/work
