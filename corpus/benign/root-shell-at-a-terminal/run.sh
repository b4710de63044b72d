#!/bin/sh
# An administrator who has logged in gets a shell of root's by sudo, plainly and by programs that become one.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

echo alice:x:2000:2000::/home/alice:/bin/bash >>/etc/passwd
echo 'alice:*:19000:0:99999:7:::' >>/etc/shadow
echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/alice
rm -rf /etc/profile.d /root/.profile /root/.bashrc /root/.bash_profile # whatever this host has there
mkdir -p /home/alice
chown 2000:2000 /home/alice
cat >/home/alice/commands <<'COMMANDS'
sudo sh
id -u
exit
sudo -i
id -u
exit
sudo env LC_ALL=C sh
id -u
exit
sudo chroot / /bin/sh
id -u
exit
sleep 0.2
exit
COMMANDS
while read -r line; do sleep 0.4 && echo "$line"; done </home/alice/commands |
  script -qec 'exec login -f alice' /dev/null >/home/alice/typescript
