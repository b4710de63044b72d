#!/bin/sh
# A developer commits to a repository that has hooks.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/project
chown -R 1000:1000 /home/alice
cd /home/alice/project
cat >/tmp/session <<'S'
git init -q .
git config user.name Alice
git config user.email alice@example.org
printf '#!/bin/sh\ngit diff --cached --check\n' >.git/hooks/pre-commit
printf '#!/bin/sh\ngrep -q . "$1"\n' >.git/hooks/commit-msg
chmod +x .git/hooks/pre-commit .git/hooks/commit-msg
echo hello >greeting
git add greeting
git commit -q -m 'First'
git log --oneline >/dev/null
git status --short
git gc -q
S
HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups sh -s </tmp/session
