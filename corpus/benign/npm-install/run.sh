#!/bin/sh
# npm installs a package from disk, whose scripts run.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/dependency /home/alice/project
cd /home/alice
printf '{"name":"dependency","version":"1.0.0","main":"i.js","scripts":{"postinstall":"node build.js"}}\n' >dependency/package.json
printf 'require("fs").writeFileSync("built","yes")\n' >dependency/build.js
printf 'module.exports = 1\n' >dependency/i.js
printf '{"name":"project","version":"1.0.0","scripts":{"test":"node -p \\"require(\\\\\\"dependency\\\\\\")\\""}}\n' >project/package.json
chown -R 1000:1000 /home/alice
cd project
as_alice npm install --offline --no-audit --no-fund --install-links ../dependency >/dev/null 2>&1
as_alice npm test >/dev/null 2>&1
