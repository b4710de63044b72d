#!/bin/sh
# Names and arguments that only look like those of known tools.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

for name in hydrant johnny scan xmrig-notes nmapper; do
  cp /usr/bin/sleep "/usr/local/bin/$name"
  "/usr/local/bin/$name" 0.02
done
cat /etc/hostname
grep -c root /etc/group
mkdir -p /home/alice
touch /home/alice/f
chmod 644 /home/alice/f
chmod u+x /home/alice/f
echo stratum >/dev/null
bash -c 'echo tcp >/dev/null'
perl -e 'print "socket\n"'
sed -n 1p /etc/passwd
