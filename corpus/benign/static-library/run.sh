#!/bin/sh
# A developer makes a library with make, ranlib and strip.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/library
cd /home/alice/library
printf 'int add(int a, int b) { return a + b; }\n' >add.c
printf 'int add(int a, int b);\nint main(void) { return add(2, -2); }\n' >try.c
printf 'all: try\nlibadd.a: add.o\n\tar rcs $@ add.o\n\tranlib $@\nlibadd.so: add.c\n\t$(CC) -shared -fPIC -o $@ add.c\n\tstrip $@\ntry: try.c libadd.a libadd.so\n\t$(CC) -o $@ try.c libadd.a\n\t./try\n' >Makefile
chown -R 1000:1000 /home/alice
as_alice make -s -j2
as_alice nm libadd.a >/dev/null
as_alice readelf -d libadd.so >/dev/null
