#!/bin/sh
# Root packs a home folder with tar and cpio and unpacks it elsewhere.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/documents /var/backups/home /srv/restored
echo text >/home/alice/documents/letter
chown -R 1000:1000 /home/alice
tar -czf /var/backups/home/alice.tar.gz -C /home alice
tar -tzf /var/backups/home/alice.tar.gz >/dev/null
(cd /home && find alice -depth | cpio -o -H newc 2>/dev/null | gzip >/var/backups/home/alice.cpio.gz)
sha256sum /var/backups/home/* >/var/backups/home/SUMS
sha256sum -c --quiet /var/backups/home/SUMS
tar -xzf /var/backups/home/alice.tar.gz -C /srv/restored
(cd /srv/restored && gzip -dc /var/backups/home/alice.cpio.gz | cpio -idmu 2>/dev/null)
diff -r /home/alice /srv/restored/alice
