#!/bin/sh
# A user logs in, gets a shell on a terminal, works in it and logs out.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

useradd -m -s /bin/bash alice
mkdir -p /home/alice/bin
printf '#!/bin/sh\necho "$#" arguments\n' >/home/alice/bin/count-arguments
chmod 755 /home/alice/bin/count-arguments
echo 'PATH=$HOME/bin:$PATH' >>/home/alice/.profile
chown -R alice: /home/alice
cat >/home/alice/commands <<'C'
ls -la
count-arguments a b
history | tail -2
for i in 1 2 3; do date +%s; done | sort | uniq -c
du -sh .
df -h /
exit
C
script -qec 'su -l alice -c "bash -l /home/alice/commands"' /dev/null </dev/null >/dev/null
