#!/bin/sh
# Programs lie where build tools, AppImages and dnf put theirs, below parents that are none of these.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  path)
    mkdir -p /tmp/go-build1/b001/exe /tmp/.mount_x
    cp /usr/bin/sleep /tmp/go-build1/b001/exe/evil
    cp /usr/bin/sleep /tmp/.mount_x/x
    /tmp/go-build1/b001/exe/evil 0.05
    /tmp/.mount_x/x 0.05
    ;;
  parent)
    # A parent of the right name in the right place of another folder, and one that is an ordinary user's.
    mkdir -p /home/alice/go/bin /tmp/go-build1/b001/exe /usr/local/go/bin
    cp /usr/bin/sleep /tmp/go-build1/b001/exe/evil
    cp /usr/bin/dash /home/alice/go/bin/go
    cp /usr/bin/dash /usr/local/go/bin/go
    chown 1000 /usr/local/go/bin/go
    /home/alice/go/bin/go -c '/tmp/go-build1/b001/exe/evil 0.05; :'
    /usr/local/go/bin/go -c '/tmp/go-build1/b001/exe/evil 0.05; :'
    ;;
  interpreter)
    # Python runs what anybody gives it: root's runs no dnf, or has it as an argument; what runs a dnf is not root's.
    echo 'useradd -r evil; sleep 0.05' >/var/tmp/rpm-tmp.evil
    for place in /usr/local/bin /usr/bin; do
      echo 'import subprocess; subprocess.run(["sh", "/var/tmp/rpm-tmp.evil"])' >$place/dnf
    done
    /usr/bin/python3 /usr/local/bin/dnf
    /usr/bin/python3 -c "$(cat /usr/bin/dnf)" /usr/bin/dnf || true
    setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 /usr/bin/dnf || true
    ;;
esac
sleep 0.05
