#!/bin/sh
# The same tools as attackers use, for what they are for.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

cp /usr/bin/true /usr/local/bin/rsync
/usr/local/bin/rsync -a /etc/hosts /srv/
cp /usr/bin/true /usr/local/bin/curl
/usr/local/bin/curl http://127.0.0.1:8080/health
/usr/local/bin/curl -fsSL https://example.org/ -o /usr/local/share/page
perl -e 'print "socket\n"' >/dev/null
perl -ne 'print if /root/' /etc/passwd >/dev/null
cat /etc/passwd /etc/group >/dev/null
find /etc/hostname -exec sh -c 'test -f "$1"' sh {} \;
awk 'BEGIN { system("test -d /etc") }'
/usr/bin/[ -f /etc/hosts ]
mkdir -p /home/alice/project/.git/hooks
printf '#!/bin/sh\nexit 0\n' >/home/alice/project/.git/hooks/pre-commit
chmod +x /home/alice/project/.git/hooks/pre-commit
/home/alice/project/.git/hooks/pre-commit
cp /usr/bin/true /usr/local/sbin/iptables
/usr/local/sbin/iptables -L -n
cp /usr/bin/true /usr/local/sbin/systemctl
/usr/local/sbin/systemctl restart cron
/usr/local/sbin/systemctl status auditd
cp /usr/bin/dash /usr/local/bin/java
/usr/local/bin/java -c 'sleep 0.02; :'
rm -f /var/log/dpkg.log.2 /home/alice/notes
nsenter --help >/dev/null
id
uname -a
df -h /
sleep 0.05
