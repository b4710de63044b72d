#!/bin/sh
# An ordinary user builds a program with make, keeps it in git with a hook, and runs scripts of the home folder.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/project
cd /home/alice/project
export HOME=/home/alice GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
cat >hello.c <<'C'
int main(void) { return 0; }
C
printf 'hello: hello.c\n\tcc -o hello hello.c\ntest: hello\n\t./hello\n' >Makefile
cat >check.sh <<'SH'
set -eu
for file in *.c; do wc -l <"$file" >/dev/null; done
SH
chown -R 1000:1000 /home/alice
as_alice() { setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
as_alice make test
as_alice sh check.sh
as_alice git init -q .
printf '#!/bin/sh\nsh check.sh\n' >.git/hooks/pre-commit
chmod 755 .git/hooks/pre-commit
as_alice git add .
as_alice git commit -q -m first
as_alice perl -ne 'print if /main/' hello.c
as_alice find . -name '*.c' -exec grep -l main {} +
