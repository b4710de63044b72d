#!/bin/sh
# An administrator has ansible run modules on this host: it copies them below the home folder and runs them there.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

export HOME=/root ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_DEPRECATION_WARNINGS=false
ansible -i localhost, -c local localhost -m ping </dev/null
ansible -i localhost, -c local localhost -m copy -a 'content=hello dest=/etc/hello.conf mode=0644' </dev/null
ansible -i localhost, -c local localhost -m command -a 'ls -l /etc/hello.conf' </dev/null
