#!/bin/sh
# Accounts are made, secrets read, traces removed, and somebody looks around.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  account)
    useradd -o -u 0 -M toor
    ;;
  shadow)
    cat /etc/shadow >/dev/null
    ;;
  history)
    touch /root/.bash_history /var/log/wtmp
    ln -sf /dev/null /root/.bash_history
    shred -u /var/log/wtmp
    ;;
  control)
    cp /usr/bin/sleep /usr/local/sbin/setenforce
    /usr/local/sbin/setenforce 0
    cp /usr/bin/true /usr/local/sbin/systemctl
    /usr/local/sbin/systemctl stop auditd
    ;;
  discovery)
    for tool in whoami id uname groups df nproc arch who lsblk lscpu mount findmnt; do
      "$tool" >/dev/null 2>&1 || true
    done
    ;;
esac
sleep 0.05
