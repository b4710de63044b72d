#!/bin/sh
# A developer builds twice through ccache.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/project
cd /home/alice/project
printf 'int main(void) { return 0; }\n' >hello.c
chown -R 1000:1000 /home/alice
as_alice ccache gcc -c hello.c
rm hello.o
as_alice ccache gcc -c hello.c
as_alice gcc -o hello hello.o
as_alice ccache --show-stats >/dev/null
as_alice ./hello
