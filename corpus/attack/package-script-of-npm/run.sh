#!/bin/sh
# npm installs a package whose script brings programs to /tmp, under names that sound as if they belonged there, and runs them.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/dependency /home/alice/project
cd /home/alice
printf '{"name":"dependency","version":"1.0.0","main":"i.js","scripts":{"postinstall":"node build.js"}}\n' >dependency/package.json
# Copies of sleep stand in for what a package would bring along.
cat >dependency/build.js <<'JS'
const fs = require('fs'), run = require('child_process').spawnSync;
for (const name of ['npm-postinstall', 'systemd-helper', 'xmrig']) {
  fs.copyFileSync('/usr/bin/sleep', '/tmp/' + name);
  run('/tmp/' + name, ['0.1']);
}
JS
printf 'module.exports = 1\n' >dependency/i.js
printf '{"name":"project","version":"1.0.0"}\n' >project/package.json
chown -R 1000:1000 /home/alice
cd project
as_alice npm install --offline --no-audit --no-fund --install-links ../dependency >/dev/null 2>&1
