#!/bin/sh
# A user makes a key, loads it into the agent and signs a text with it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/.ssh
chmod 700 /home/alice/.ssh
chown -R 1000:1000 /home/alice
cd /home/alice
cat >sign <<'S'
set -eu
ssh-keygen -q -t ed25519 -N '' -C alice@example.org -f .ssh/id_ed25519
ssh-keygen -l -f .ssh/id_ed25519.pub >/dev/null
printf 'text\n' >letter
ssh-keygen -q -Y sign -n file -f .ssh/id_ed25519 letter
printf 'alice@example.org %s\n' "$(cat .ssh/id_ed25519.pub)" >signers
ssh-keygen -q -Y verify -f signers -I alice@example.org -n file -s letter.sig <letter
ssh -G example.org >/dev/null
S
as_alice ssh-agent sh -c 'ssh-add -l || true; sh sign; ssh-add -q .ssh/id_ed25519; ssh-add -l >/dev/null'
