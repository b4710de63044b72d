#!/bin/sh
# A developer bisects, rebases with a command, and clones with a submodule.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/project
cd /home/alice
git config --system user.name Alice
git config --system user.email alice@example.org
git config --system advice.detachedHead false
cat >work <<'S'
set -eu
cd project
git init -q -b main .
printf '#!/bin/sh\n! grep -q 3 number\n' >check.sh
chmod +x check.sh
for n in 1 2 3 4; do
  echo $n >>number
  git add .
  git commit -q -m "Number $n"
done
git bisect start HEAD HEAD~3 >/dev/null
git bisect run ./check.sh >/dev/null
git bisect reset >/dev/null 2>&1
GIT_SEQUENCE_EDITOR=true git rebase -q --exec 'test -s number' HEAD~2
cd ..
git clone -q project copy
git -C copy archive HEAD | tar -t >/dev/null
S
chown -R 1000:1000 /home/alice
as_alice sh work
