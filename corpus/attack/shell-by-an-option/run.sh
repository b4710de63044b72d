#!/bin/sh
# Archivers, pagers, editors and others are made to start a shell, by options that name a program.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -u

mkdir -p /home/bob/r
cd /home/bob
export HOME=/home/bob
echo hello >text
tar cf archive.tar text
exec </dev/null # so that each shell ends at once
case $1 in
  tar) tar cf /dev/null text --checkpoint=1 --checkpoint-action=exec=/bin/sh ;;
  tar-compressor) tar xf /dev/null -I '/bin/sh -c "sh <&2 1>&2"' ;;
  tar-to-command) tar xf archive.tar --to-command=/bin/sh ;;
  zip) zip archive.zip text -T -TT 'sh #' ;;
  rsync) rsync -e 'sh -c "sh 0<&2 1>&2"' 127.0.0.1:/dev/null ;;
  git-alias) git -c 'alias.x=!exec /bin/sh 0<&1' x ;;
  git-editor)
    cd r
    git init -q
    GIT_EDITOR='sh -c sh' git -c user.name=bob -c user.email=bob@example.org commit --allow-empty
    ;;
  git-pager)
    cd r
    git init -q
    script -qec 'PAGER="sh -c \"exec sh 0</dev/null\"" git -p help' /dev/null
    ;;
  man) script -qec 'man -P /bin/sh man' /dev/null ;;
  less)
    { sleep 1 && printf '!/bin/sh\n' && sleep 0.5 && printf 'exit\n\n' && sleep 0.5 && printf q; } |
      timeout 9 script -qec 'less /etc/services' /dev/null
    ;;
  ed) printf '!/bin/sh\nq\n' | ed ;;
  sed) sed -n '1e exec sh 1>&0' text ;;
  ssh) ssh -o ProxyCommand=';sh 0<&2 1>&2' somewhere ;;
  sqlite) sqlite3 /dev/null '.shell /bin/sh' ;;
  make) make -s --eval='x:; -/bin/sh' x ;;
  split) split --filter=/bin/sh text ;;
  xargs) xargs -a /dev/null sh ;;
  apt) apt-get -o APT::Update::Pre-Invoke::=/bin/sh update ;;
  python) python3 -c 'import os; os.system("/bin/sh")' ;;
  python-becomes) python3 -c 'import os; os.execl("/bin/sh", "sh")' ;;
  perl-becomes) perl -e 'exec "/bin/sh"' ;;
  # As sudo lets somebody run only env; who may run that, may run anything.
  wrapper)
    echo bob:x:2000:2000::/home/bob:/bin/sh >>/etc/passwd
    echo 'bob:*:19000:0:99999:7:::' >>/etc/shadow
    echo 'bob ALL=(root) NOPASSWD: /usr/bin/env' >/etc/sudoers.d/bob
    setpriv --reuid=2000 --regid=2000 --clear-groups sudo -n env /bin/sh
    ;;
esac >/dev/null 2>&1
sleep 0.1
