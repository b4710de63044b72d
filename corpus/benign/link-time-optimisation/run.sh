#!/bin/sh
# A developer compiles with -pipe and links with optimisation of the whole program.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/project
cd /home/alice/project
printf 'int add(int a, int b);\nint main(void) { return add(1, -1); }\n' >main.c
printf 'int add(int a, int b) { return a + b; }\n' >add.c
chown -R 1000:1000 /home/alice
as_alice gcc -pipe -O2 -flto -c main.c
as_alice gcc -pipe -O2 -flto -c add.c
as_alice gcc -O2 -flto=2 -o sum main.o add.o
as_alice ./sum
