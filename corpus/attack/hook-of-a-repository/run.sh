#!/bin/sh
# A hook that came with a repository runs a program from shared memory.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/project
cd /home/alice/project
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
chown -R 1000:1000 /home/alice
as_alice git init -q -b main .
as_alice git commit -q --allow-empty -m first
printf '#!/bin/sh\ncp /usr/bin/sleep /dev/shm/git-index\n/dev/shm/git-index 0.05\n' >.git/hooks/post-checkout
chmod 755 .git/hooks/post-checkout
as_alice git checkout -q -b other
